/* SPDX-License-Identifier: MIT */
/* Run times that have failed and are to be attempted again. */
#ifndef EZ_SCHEDULER_RETRY_H
#define EZ_SCHEDULER_RETRY_H

#include "scheduler/scheduler.h"
#include "scheduler/tell.h"

/* Those of one run; all together the next attempt.  [loop] */
typedef struct ez_retry {
    ez_waiter waiter;  /* first; its entry is a reference, and one of that one's instances */
    ez_heap_node node; /* queued under the time it is due, on the monotonic clock; then it waits */
    struct ez_retry *next; /* of the same entry */
    execz_time due;        /* the same on the wall clock, for people */
    uint64_t coalesced;    /* as in ez_due */
    uint32_t attempt;      /* that it will be */
    uint32_t restarts;     /* as in ez_unsubmitted */
    bool waits;            /* as in ez_due */
    uint32_t n;
    execz_time times[];
} ez_retry;

/* Plans the next attempt of what has failed of run, whose outcomes are complete; NULL if there is
 * none.  It takes over the run's instance.  [loop] */
ez_retry *ez_retry_plan(execz_scheduler *self, ez_run *run);

/* Has a run time of an earlier process attempted at once; waits: the store has it so.  [setup] */
void ez_retry_again(execz_scheduler *self, ez_entry *entry, const ez_unsubmitted *run, bool waits);

/* Whether it is about this run time. */
bool ez_retry_has(const ez_retry *self, execz_time run_time);

/* Submits what is due, which is known to the store before.  [loop] */
void ez_retry_submit_due(execz_scheduler *self);

/* Has the store know, with the next commit, that its executor gets it.  [loop] */
void ez_retry_announce(execz_scheduler *self, ez_retry *retry);

/* Submits one that is in no line.  False if its executor is busy.  [loop] */
bool ez_retry_submit(execz_scheduler *self, ez_retry *retry);

/* When the next one is due, on the monotonic clock; EXECZ_TIME_NEVER: there is none.  [loop] */
int64_t ez_retry_next(const execz_scheduler *self);

/* Ends what is planned, of one task or of all, as CANCELLED.  [loop] */
void ez_retry_cancel(execz_scheduler *self, ez_entry *entry, const char *message);
void ez_retry_cancel_all(execz_scheduler *self, const char *message);

/* The same for the one of a task that was planned first; false if there is none.  [loop] */
bool ez_retry_cancel_first(execz_scheduler *self, ez_entry *entry, const char *message);

#endif
