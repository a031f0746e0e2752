/* SPDX-License-Identifier: MIT */
/* One run time of a run on the calling thread: late, cancelled, or its body is called. */
#ifndef EZ_EXECUTOR_EXECUTE_H
#define EZ_EXECUTOR_EXECUTE_H

#include "executor/host.h"

/* Fills at, of which only the run time is set; now is the wall clock, and so is the result, after
 * it.  [worker] */
execz_time ez_execute(ez_host *self, ez_run *run, ez_run_time *at, const execz_waiter *waiter,
                      execz_time now);

/* Executes and ends the runs that next() names, as execz_host.work promises.  The clock is read once
 * for each: one begins when the one before it has ended.  [worker] */
void ez_work(ez_host *self, execz_run (*next)(void *user, execz_run done), void *user);

/* Tells the loop that a run time has begun, if anybody wants to know.  [any-thread] */
void ez_execute_tell_started(ez_host *self, ez_run *run, const ez_run_time *at);

#endif
