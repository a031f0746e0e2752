/* SPDX-License-Identifier: MIT */
/* One run time of a run on the calling thread: late, cancelled, or its body is called. */
#ifndef EZ_EXECUTOR_EXECUTE_H
#define EZ_EXECUTOR_EXECUTE_H

#include "executor/host.h"

/* Fills at->outcome.  [worker] */
void ez_execute(ez_host *self, ez_run *run, ez_run_time *at, const execz_waiter *waiter);

/* Tells the loop that a run time has begun, if anybody wants to know.  [any-thread] */
void ez_execute_tell_started(ez_host *self, ez_run *run, execz_time run_time, execz_time at);

#endif
