/* SPDX-License-Identifier: MIT */
/* How workers wait for work: awake for a moment, then asleep on the pool's permit; pool.h says how
 * sleepers and those who wake them meet. */
#ifndef THREADPOOL_SLEEP_H
#define THREADPOOL_SLEEP_H

#include "worker.h"

/* Waits for work; 0 if it was idle for idle_timeout.  [that worker] */
int sleep_until_work(worker *self);

/* The worker counts as looking for work from now on.  [that worker] */
void sleep_end(worker *self);

/* Wakes one sleeper, if there is one and no other wake-up on its way.  [any-thread] */
void sleep_wake_one(pool *owner);
void sleep_wake_all(pool *owner);

#endif
