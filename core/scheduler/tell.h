/* SPDX-License-Identifier: MIT */
/* Makes events and hands them to the bus. */
#ifndef EZ_SCHEDULER_TELL_H
#define EZ_SCHEDULER_TELL_H

#include "scheduler/scheduler.h"

/* An event about a task, or with NULL about none; it borrows what it points to. */
execz_event ez_tell_new(const execz_scheduler *self, uint64_t code, const ez_task *task);

/**
 * About the scheduler itself, an executor or a store (alias).  [any-thread]: delivered by the loop
 */
void ez_tell(execz_scheduler *self, uint64_t code, const char *alias, const char *message);

/* About a task, not about a run.  [any-thread] */
void ez_tell_task(execz_scheduler *self, uint64_t code, const ez_task *task, const char *message);

/* Run times of a task that were not or cannot be submitted. */
typedef struct ez_unsubmitted {
    uint32_t source;         /* EXECZ_SOURCE_* */
    const execz_time *times; /* n > 0 of them */
    uint32_t n;
    uint64_t more;     /* further ones, which are only counted */
    uint32_t attempt;  /* that was, or will be, the last; 0: 1 */
    uint32_t restarts; /* how often in a row a scheduler has ended while they were under way */
} ez_unsubmitted;

/* About them; a terminal code is noted as their end.  [loop] */
void ez_tell_unsubmitted(execz_scheduler *self, uint64_t code, ez_entry *entry,
                         const ez_unsubmitted *lost, const char *message);

/* The same about all that was due.  [loop] */
void ez_tell_due(execz_scheduler *self, uint64_t code, ez_entry *entry, uint32_t source,
                 const ez_due *due, const char *message);

/* TASK_SUBMITTED, at the time before the executor got it.  [loop] */
void ez_tell_submitted(execz_scheduler *self, const ez_run *run, const ez_due *due);

/* TASK_STARTED.  [loop] */
void ez_tell_started(execz_scheduler *self, const ez_run *run, execz_time run_time, execz_time at);

/* TASK_RETRY: how an attempt ended, and when the next one is due.  [loop] */
void ez_tell_retry(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome,
                   execz_time next_attempt);

/* How a run time ended.  [loop] */
void ez_tell_ended(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome);

#endif
