/* SPDX-License-Identifier: MIT */
/* What is due and could not be sent: its executor was busy, or it is blocked.
 *
 * It stands in one of three lines: that of its executor, that of the blocked, or, while it is not known
 * yet what else of its task is due, that of those still gathering.  Next attempts stand there, too. */
#ifndef EZ_SCHEDULER_HELD_H
#define EZ_SCHEDULER_HELD_H

#include "scheduler/scheduler.h"

/* ---- into a line, and out of it -------------------------------------------------------------- */

/* Keeps due with what the entry holds of that source already, see ez_entry_hold(), and tells what of it
 * is missed thereby.  NULL if nothing is held then.  It stands in the line it stood in.  [loop] */
ez_held *ez_held_keep(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source);

/* What was held, which is the caller's now.  [loop] */
void ez_held_take(execz_scheduler *self, ez_held *held, ez_due *due_out);

/* Has it stand in the line of the executor, to be tried when a run of that has ended, or before
 * long.  [loop] */
void ez_held_wait_for(execz_scheduler *self, ez_executor_place *place, ez_waiter *waiter);

/* Has it stand among the blocked.  [loop] */
void ez_held_wait_blocked(execz_scheduler *self, ez_waiter *waiter);

bool ez_held_is_blocked(const execz_scheduler *self, const ez_waiter *waiter);

/* Puts what the entry has waiting where it belongs by its new plan.  [loop], with the lock held */
void ez_held_replan_locked(execz_scheduler *self, ez_entry *entry, const ez_plan *plan);

/* ---- tried again ----------------------------------------------------------------------------- */

/* What is held by schedule is kept from now on, or is tried again at once.  [loop] */
void ez_held_set_holding(execz_scheduler *self, bool holding);

/* Submits what stands in the line of a place, until that is busy again.  [loop] */
void ez_held_submit(execz_scheduler *self, ez_executor_place *place);

/* Notes that a run of this executor has ended, for ez_held_fill().  [loop] */
void ez_held_note_room(execz_scheduler *self, const char *alias);

/* Submits what stands in line for the runs that have ended, which is known to the store before: one
 * commit for all.  [loop] */
void ez_held_fill(execz_scheduler *self);

/* The same for all places whose time to retry has come.  [loop] */
void ez_held_retry(execz_scheduler *self);

/* Has everybody in the line of a place look for another one.  [loop] */
void ez_held_disperse(execz_scheduler *self, ez_executor_place *place);

/* Tries blocked tasks again, if something came that they may wait for, and else every few seconds:
 * a function module can appear at any time.  Not more than EZ_BATCH in one pass.  [loop] */
void ez_held_recheck(execz_scheduler *self);

/* When the next retry is due, on the monotonic clock; EXECZ_TIME_NEVER: no retry. */
int64_t ez_held_next_retry(execz_scheduler *self);

/* ---- ended ----------------------------------------------------------------------------------- */

/* Ends what the entry holds, or all that stands in any line, as CANCELLED.  [loop] */
void ez_held_cancel(execz_scheduler *self, ez_entry *entry, const char *message);
void ez_held_cancel_all(execz_scheduler *self, const char *message);

#endif
