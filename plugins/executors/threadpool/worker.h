/* SPDX-License-Identifier: MIT */
/* One thread of the pool, and what it has taken in hand. */
#ifndef THREADPOOL_WORKER_H
#define THREADPOOL_WORKER_H

#include "pool.h"

struct worker {
    /* Read by those who look for work. */
    _Alignas(64) _Atomic execz_run hand[POOL_HAND];
    _Atomic uint32_t at;        /* the next of it */
    _Atomic uint32_t n;         /* how many are in it */
    _Atomic uint32_t number;    /* of this hand */
    _Atomic uint32_t robbed;    /* number of the hand that another has copied last */
    _Atomic int64_t since;      /* when it was taken, on the coarse monotonic clock */
    _Atomic(queue_band *) band; /* it was taken from */

    /* Its own. */
    _Alignas(64) pool *pool;
    int looking; /* counted in the pool's */
    execz_linger linger;
    uint64_t done_before; /* it looked for work the last time */
    uint32_t helped;      /* place of the worker that was looked at last */
    _Atomic uint64_t done;
    _Atomic int busy;
    int alive; /* guarded by the pool's lock */
};

/* The thread's function. */
void worker_run(void *argument);

/* It has looked for work, or will not soon.  What was sent before it ceased to count as looking is
 * seen by who looks now.  [that worker] */
void worker_arrive(worker *self);

/* Whether there is something to do anywhere.  [that worker] */
int worker_has_work(worker *self);

#endif
