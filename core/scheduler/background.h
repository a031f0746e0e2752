/* SPDX-License-Identifier: MIT */
/* The loop on a thread of the scheduler's own. */
#ifndef EZ_SCHEDULER_BACKGROUND_H
#define EZ_SCHEDULER_BACKGROUND_H

#include "scheduler/scheduler.h"

/* Whether there is such a thread, and it is not the calling one. */
bool ez_background_is_elsewhere(execz_scheduler *self);

/* Waits until there is none; it ends with the shutdown.  Never on that thread. */
void ez_background_join(execz_scheduler *self);

#endif
