/* SPDX-License-Identifier: MIT */
/* From due tasks to submissions. */
#ifndef EZ_SCHEDULER_DISPATCH_H
#define EZ_SCHEDULER_DISPATCH_H

#include "scheduler/scheduler.h"

/* Takes what is due, up to EZ_BATCH tasks, commits, and submits it.  [loop] */
void ez_dispatch_due(execz_scheduler *self);

/* Submits what was held back for a place, until it is busy again.  [loop] */
void ez_dispatch_held(execz_scheduler *self, ez_executor_place *place);

/* The same for all places whose time to retry has come.  [loop] */
void ez_dispatch_retry(execz_scheduler *self);

/* Tries the blocked tasks again whose executor is alias.  [loop] */
void ez_dispatch_unblock(execz_scheduler *self, const char *alias);

/* Ends everything that is held, with code and message.  [loop] */
void ez_dispatch_drop_held(execz_scheduler *self, uint64_t code, const char *message);

/* When the next retry is due, on the monotonic clock; EXECZ_TIME_NEVER: no retry. */
int64_t ez_dispatch_next_retry(execz_scheduler *self);

#endif
