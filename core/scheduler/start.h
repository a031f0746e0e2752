/* SPDX-License-Identifier: MIT */
/* The start of the scheduler, and of executors that come later. */
#ifndef EZ_SCHEDULER_START_H
#define EZ_SCHEDULER_START_H

#include "scheduler/scheduler.h"

/* Starts the executors that were added since.  [loop] */
void ez_start_new_executors(execz_scheduler *self);

#endif
