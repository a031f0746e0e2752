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

/* A task that is to be an entry's, and its trigger: made once, and before the lock is taken. */
typedef struct ez_draft {
    ez_task *task;       /* owned, as the next */
    ez_trigger *trigger; /* as it begins at... */
    execz_time at;       /* ...which is when it was made */
} ez_draft;

/* Drafts a task of spec, with the scheduler's defaults for what that leaves open.  Nothing is to be
 * cleared if it fails. */
execz_status ez_draft_make(execz_scheduler *self, const execz_task_spec *spec, ez_draft *draft_out,
                           execz_error *err);
void ez_draft_clear(ez_draft *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ez_draft, ez_draft_clear)

/* A table of ez_task, owned, by ez_entry. */
GHashTable *ez_modify_table_new(void);

/* What the entry's task is, or is about to be; borrowed. */
ez_task *ez_modify_newest_locked(execz_scheduler *self, ez_entry *entry);

/* Has the task of a draft, of the same id, take the place of the entry's.  If both have the same trigger
 * and time zone, the schedule goes on; else it begins anew, as if the task had just been added. */
void ez_modify_locked(execz_scheduler *self, ez_entry *entry, ez_draft *draft);

/* Exchanges the tasks.  [loop] */
void ez_modify_apply_locked(execz_scheduler *self);

/* Changes what is to be changed of a task.  err need not be filled for EXECZ_OK.  [any-thread] */
typedef execz_status (*ez_modify_function)(void *user, execz_task_spec *spec, execz_error *err);

/* Has `change` change the complete spec of a task, and the task be what comes of it; nothing
 * happens if it fails.  It is called without a lock, and again if somebody else was faster. */
execz_status ez_modify_task(execz_scheduler *self, const char *id, ez_modify_function change,
                            void *user, execz_error *err);

#endif
