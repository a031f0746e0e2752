/* SPDX-License-Identifier: MIT */
/* The end of a scheduler's life, in steps of the loop. */
#ifndef EZ_SCHEDULER_SHUTDOWN_H
#define EZ_SCHEDULER_SHUTDOWN_H

#include "scheduler/scheduler.h"

/* Takes the steps that are due; the last one leaves the scheduler STOPPED.  [loop] */
void ez_shutdown_step(execz_scheduler *self);

/**
 * When the next step is due by the monotonic clock; EXECZ_TIME_NEVER: when the last run finishes.
 */
int64_t ez_shutdown_next_step(execz_scheduler *self);

#endif
