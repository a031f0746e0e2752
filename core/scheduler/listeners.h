/* SPDX-License-Identifier: MIT */
/* Listeners of the program. */
#ifndef EZ_SCHEDULER_LISTENERS_H
#define EZ_SCHEDULER_LISTENERS_H

#include "scheduler/scheduler.h"

/* From now on a listener that keeps the loop waiting is told of in the log.  [setup] */
void ez_listeners_watch(execz_scheduler *self);

#endif
