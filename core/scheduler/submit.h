/* SPDX-License-Identifier: MIT */
/* One due task on its way to its executor. */
#ifndef EZ_SCHEDULER_SUBMIT_H
#define EZ_SCHEDULER_SUBMIT_H

#include "scheduler/scheduler.h"

/* Submits due (n > 0, missed 0) as one run; what cannot be sent now is held.  False if the executor
 * is busy. [loop] */
bool ez_submit(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source);

/* What became of the next attempt of a run. */
typedef enum ez_attempt {
    EZ_ATTEMPT_SENT,
    EZ_ATTEMPT_BUSY,    /* its executor takes nothing now: the waiter stands in its line */
    EZ_ATTEMPT_BLOCKED, /* it cannot be run, which was told: the waiter stands among the blocked */
    EZ_ATTEMPT_REFUSED, /* and never will be, for the reason in err */
} ez_attempt;

/* Submits due as the next attempt of what holds an instance of its entry, which the new run takes
 * over.  Whatever is not sent stays the caller's.  [loop] */
ez_attempt ez_submit_attempt(execz_scheduler *self, struct ez_retry *retry, ez_due *due,
                             execz_error *err);

/* Whether what is due of the entry now will wait, as far as that can be told before.  [loop] */
bool ez_submit_would_wait(execz_scheduler *self, const ez_entry *entry);

/* Submits what an entry has held back, which may be gone then.  False if the executor is busy.  [loop]
 */
bool ez_submit_held(execz_scheduler *self, ez_held *held);

/* Forgets why the entry could not be run, unless something of it still waits for that.  [loop] */
void ez_submit_unblock(execz_scheduler *self, ez_entry *entry);

/* Tells what of due was missed, if anything was.  [loop] */
void ez_submit_missed(execz_scheduler *self, ez_entry *entry, const ez_due *due, uint32_t source);

#endif
