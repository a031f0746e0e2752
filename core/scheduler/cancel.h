/* SPDX-License-Identifier: MIT */
/* What somebody wants to have cancelled: one run, or what a task has. */
#ifndef EZ_SCHEDULER_CANCEL_H
#define EZ_SCHEDULER_CANCEL_H

#include "scheduler/scheduler.h"

/* Cancels what was asked for.  [loop] */
void ez_cancel_step(execz_scheduler *self);

/* Forgets it, of a stopped scheduler. */
void ez_cancel_forget(execz_scheduler *self);

#endif
