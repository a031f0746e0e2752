/* SPDX-License-Identifier: MIT */
/* What a worker runs before its first task. */
#ifndef THREADPOOL_INITIALIZER_H
#define THREADPOOL_INITIALIZER_H

#include "worker.h"

/* Runs the initializer, if there is one, again and again until it succeeds.  0 if the pool stops
 * before: then the worker is counted out, and its thread is to end. */
int initializer_run(worker *self);

#endif
