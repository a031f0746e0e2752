/* SPDX-License-Identifier: MIT */
/* A task takes another's place under its id.
 *
 * Its schedule changes at once, with the lock held.  The task itself is what the loop looks at
 * without the lock, in the middle of submitting, and so it waits in the table `modified` until the
 * loop exchanges it, before it next takes anything that is due.  Whoever asks about tasks is
 * answered from that table first. */
#ifndef EZ_SCHEDULER_MODIFY_H
#define EZ_SCHEDULER_MODIFY_H

#include "scheduler/scheduler.h"

/* Makes a task of spec, with the scheduler's defaults for what that leaves open. */
execz_status ez_modify_make_task(execz_scheduler *self, const execz_task_spec *spec,
                                 ez_task **task_out, execz_error *err);

/* What the entry's task is, or is about to be; borrowed. */
ez_task *ez_modify_newest_locked(execz_scheduler *self, ez_entry *entry);

/* Has task, of the same id, take the place of the entry's.  If both have the same trigger and time
 * zone, the schedule goes on; else it begins anew, as if the task had just been added. */
void ez_modify_locked(execz_scheduler *self, ez_entry *entry, ez_task *task);

/* Exchanges the tasks.  [loop] */
void ez_modify_apply_locked(execz_scheduler *self);

/* Changes what is to be changed of a task.  err need not be filled for EXECZ_OK.  [any-thread] */
typedef execz_status (*ez_modify_function)(void *user, execz_task_spec *spec, execz_error *err);

/* Has `change` change the complete spec of a task, and the task be what comes of it; nothing
 * happens if it fails.  It is called without a lock, and again if somebody else was faster. */
execz_status ez_modify_task(execz_scheduler *self, const char *id, ez_modify_function change,
                            void *user, execz_error *err);

#endif
