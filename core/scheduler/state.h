/* SPDX-License-Identifier: MIT */
/* The store of a scheduler: found when the scheduler is made, opened and read when it first starts. */
#ifndef EZ_SCHEDULER_STATE_H
#define EZ_SCHEDULER_STATE_H

#include "scheduler/scheduler.h"

/* Finds the store that is asked for and checks its options; none if none is asked for.  [setup] */
execz_status ez_state_make(execz_scheduler *self, const execz_scheduler_options *given,
                           execz_error *err);

/* Opens the store, if there is one and it is not open, and brings back what it keeps: tasks go on
 * where they were, and each run that was under way is LOST or is to be attempted again.  [setup] */
execz_status ez_restore(execz_scheduler *self, execz_error *err);

/* The task of a record that a store has kept, without tables one of its own.  NULL with err if it cannot be
 * read, or what the store has beside it does not fit. */
ez_task *ez_restore_parse(const execz_store_task *found, const ez_task_tables *tables,
                          ez_task_state *state_out, execz_error *err);

/* Puts a task that was read into the table, whose store knows it; the reference of task and what state
 * has are the caller's.  False if there is one of its id. */
bool ez_restore_add_locked(execz_scheduler *self, ez_task *task, ez_task_state *state,
                           execz_time next_run);

/* Has every task that the store does not know as it is written.  After schedules have begun. */
void ez_restore_put_all_locked(execz_scheduler *self);

#endif
