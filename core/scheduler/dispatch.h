/* SPDX-License-Identifier: MIT */
/* What is due, and its way from under the lock. */
#ifndef EZ_SCHEDULER_DISPATCH_H
#define EZ_SCHEDULER_DISPATCH_H

#include "scheduler/scheduler.h"

/* Takes what is due, up to EZ_BATCH tasks, commits, and submits it.  [loop] */
void ez_dispatch_due(execz_scheduler *self);

#endif
