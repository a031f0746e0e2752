/* SPDX-License-Identifier: MIT */
/* One due task on its way to its executor. */
#ifndef EZ_SCHEDULER_SUBMIT_H
#define EZ_SCHEDULER_SUBMIT_H

#include "scheduler/scheduler.h"

/* Submits due (n > 0, missed 0) as one run; what cannot be sent now is held.  False if the executor
 * is busy. [loop] */
bool ez_submit(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source);

/* Submits what the entry has held back.  False if the executor is busy.  [loop] */
bool ez_submit_held(execz_scheduler *self, ez_entry *entry);

/* Holds due back with what the entry holds already; see ez_entry_hold().  [loop] */
void ez_submit_hold(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source);

/* Tells what of due was missed, if anything was.  [loop] */
void ez_submit_missed(execz_scheduler *self, ez_entry *entry, const ez_due *due);

#endif
