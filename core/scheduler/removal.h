/* SPDX-License-Identifier: MIT */
/* Executors on their way out: no task finds them any more, their runs end, then they are shut down
 * and freed. */
#ifndef EZ_SCHEDULER_REMOVAL_H
#define EZ_SCHEDULER_REMOVAL_H

#include "scheduler/scheduler.h"

/* Takes each one a step further.  [loop], or while stopped */
void ez_removal_step(execz_scheduler *self);

/* The same of what a shutdown has stopped.  [loop] */
void ez_removal_end_all(execz_scheduler *self);

/* When to look again whether threads have ended, on the monotonic clock; EXECZ_TIME_NEVER: not. */
int64_t ez_removal_next_step(execz_scheduler *self);

#endif
