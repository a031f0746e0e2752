/* SPDX-License-Identifier: MIT */
/* What a worker runs before its first task. */
#ifndef THREADPOOL_INITIALIZER_H
#define THREADPOOL_INITIALIZER_H

#include "worker.h"

/* Runs the initializer, if there is one, again and again until it succeeds.  0 if the pool stops
 * before: then the worker is counted out, and its thread is to end. */
int initializer_run(worker *self);

/* It has ended the thread that called it.  Waits for another attempt, in another thread; 0 as
 * above. */
int initializer_ended_thread(worker *self);

#endif
