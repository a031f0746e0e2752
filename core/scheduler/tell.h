/* SPDX-License-Identifier: MIT */
/* Makes events and hands them to the bus. */
#ifndef EZ_SCHEDULER_TELL_H
#define EZ_SCHEDULER_TELL_H

#include "scheduler/scheduler.h"

/**
 * About the scheduler itself, an executor or a store (alias).  [any-thread]: delivered by the loop
 */
void ez_tell(execz_scheduler *self, uint64_t code, const char *alias, const char *message);

/* About a task, not about a run.  [any-thread] */
void ez_tell_task(execz_scheduler *self, uint64_t code, const ez_task *task, const char *message);

/**
 * About run times that were not or cannot be submitted: times (n of them), and count more.  [loop]
 */
void ez_tell_times(execz_scheduler *self, uint64_t code, const ez_task *task, uint32_t source,
                   const execz_time *times, uint32_t n, uint64_t more, const char *message);

/* TASK_SUBMITTED, at the time before the executor got it.  [loop] */
void ez_tell_submitted(execz_scheduler *self, const ez_task *task, execz_run token, uint32_t source,
                       execz_time at, const ez_due *due);

/* TASK_STARTED.  [loop] */
void ez_tell_started(execz_scheduler *self, const ez_run *run, execz_time run_time, execz_time at);

/* How a run time ended.  [loop] */
void ez_tell_ended(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome);

#endif
