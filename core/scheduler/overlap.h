/* SPDX-License-Identifier: MIT */
/* What is due while a task has as many runs as it may: refused, queued, or in the place of the
 * oldest. */
#ifndef EZ_SCHEDULER_OVERLAP_H
#define EZ_SCHEDULER_OVERLAP_H

#include "scheduler/scheduler.h"
#include "scheduler/tell.h"

/* Does with due (n > 0) what the task's overlap says.  [loop] */
void ez_overlap_take(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source);

/* Has a run time wait that the store has as waiting, behind those that do; it is started as soon as the
 * task may have more runs.  [setup] */
void ez_overlap_put(execz_scheduler *self, ez_entry *entry, const ez_unsubmitted *run);

/* Refuses due, and says so.  [loop] */
void ez_overlap_refuse(execz_scheduler *self, ez_entry *entry, const ez_due *due, uint32_t source);

/* Notes that the entry may have room for a run again, for ez_overlap_start().  [loop] */
void ez_overlap_note_room(execz_scheduler *self, ez_entry *entry);

/* Starts what waited for the runs that have ended.  [loop] */
void ez_overlap_start(execz_scheduler *self);

/* Starts what waits of one task, as far as it may have more runs.  [loop] */
void ez_overlap_start_next(execz_scheduler *self, ez_entry *entry);

/* Ends what waits, of one task or of all, as CANCELLED.  [loop] */
void ez_overlap_cancel(execz_scheduler *self, ez_entry *entry, const char *message);
void ez_overlap_cancel_all(execz_scheduler *self, const char *message);

#endif
