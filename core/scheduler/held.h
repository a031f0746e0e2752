/* SPDX-License-Identifier: MIT */
/* What is due and could not be sent: its executor was busy, or it is blocked. */
#ifndef EZ_SCHEDULER_HELD_H
#define EZ_SCHEDULER_HELD_H

#include "scheduler/scheduler.h"

/* What is held by schedule is kept from now on, or is tried again at once.  [loop] */
void ez_held_set_holding(execz_scheduler *self, bool holding);

/* Submits what was held back for a place, until it is busy again.  [loop] */
void ez_held_submit(execz_scheduler *self, ez_executor_place *place);

/* The same for all places whose time to retry has come.  [loop] */
void ez_held_retry(execz_scheduler *self);

/* Tries the blocked tasks again whose executor is alias.  [loop] */
void ez_held_unblock(execz_scheduler *self, const char *alias);

/* Tries blocked tasks again, if something came that they may wait for, and else every few seconds:
 * a function module can appear at any time.  [loop] */
void ez_held_recheck(execz_scheduler *self);

/* Ends everything that is held, with code and message.  [loop] */
void ez_held_drop(execz_scheduler *self, uint64_t code, const char *message);

/* When the next retry is due, on the monotonic clock; EXECZ_TIME_NEVER: no retry. */
int64_t ez_held_next_retry(execz_scheduler *self);

#endif
