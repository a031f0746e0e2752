/* SPDX-License-Identifier: MIT */
/* The pool: its workers, and how they come by their work.
 *
 * The loop pushes runs into the queue.  A worker takes a hand of them at once, its fair share and
 * not many, and host->work() executes them one by one.  What is in a hand is still everybody's: who
 * has nothing to do copies the rest of another's hand and tries to begin those runs; the host lets
 * exactly one of the two begin each.  So a run is never stuck behind a long one while a worker is
 * free, and a worker that comes for more looks for hands that have lain for long first.
 *
 * Who finds nothing goes to sleep.  At most one wake-up is on its way at any time: whoever has found
 * work wakes the next if there is more to do, in the queue or in a hand, and starts it if nobody is
 * asleep and there may be more.  Sleeping and waking meet as in every such protocol:
 * the sleeper counts itself and then looks once more for work; the pusher shows the work and then
 * looks at the count; both in sequentially consistent order.  The barrier that this takes is not
 * paid for each run, but once for all of a pass of the loop, in pool_flush(): before it a look at
 * the count is only most likely right.
 *
 * Before it sleeps, a worker lingers: it looks at the queue for some microseconds more, one worker of
 * a pool at a time, and only as long as that pays (<execz/linger.h>).  While one lingers nobody is woken or
 * started: it will find what there is, or count itself asleep and look again.
 *
 * A worker that is started or woken counts as looking until it has found work or has looked in
 * vain; what comes meanwhile starts no other for the same run.
 *
 * One thread is there from the start, so that the first run does not wait for it.  The loop starts
 * another when a run finds nobody asleep, up to max_workers; they end after idle_timeout, or at
 * shutdown. */
#ifndef THREADPOOL_POOL_H
#define THREADPOOL_POOL_H

#include <pthread.h>

#include "queue.h"

#define POOL_HAND 32

typedef struct worker worker;

/* Each group has cache lines of its own: who writes one does not disturb who reads another. */
typedef struct pool {
    /* Fixed by pool_start(). */
    execz_base *base;
    char thread_name[16];
    const char *initializer; /* NULL: none */
    const execz_function_ext *functions;
    _Atomic(worker *) *workers; /* max_workers places; what is there once, stays until the end */
    uint32_t max_workers;
    uint32_t queue_limit; /* 0: none */
    int64_t idle_timeout; /* 0: none */

    queue queue;

    /* Written on the loop. */
    _Alignas(64) _Atomic uint64_t pushed;
    uint64_t room_until; /* pushed may become that without another look at who is done */
    uint64_t wake_at;    /* when pushed is that somebody is woken again before the flush */

    /* Written when a worker comes, sleeps or goes. */
    _Alignas(64) _Atomic uint32_t sleepers;
    _Atomic uint32_t permit;   /* a futex: PERMIT_* */
    _Atomic int lingering;     /* a worker is about to sleep, and looks for work meanwhile */
    _Atomic uint32_t looking;  /* on their way to work, see above */
    _Atomic uint32_t n_places; /* used of workers */
    pthread_mutex_t lock;
    pthread_cond_t stopped; /* on the monotonic clock */
    /* Guarded by lock; read without. */
    _Alignas(64) _Atomic uint32_t n_workers; /* whose thread lives */
    _Atomic int stopping;
} pool;

/* The values of a permit to wake up. */
enum { PERMIT_NONE = 0, PERMIT_ONE = 1, PERMIT_ALL = 2 };

execz_status pool_start(pool *self, execz_base *base, execz_error *err);
void pool_free(pool *self);

/* Starts one more worker, if there may be one.  EXECZ_E_LIMIT: there is no thread at all.  [loop] */
execz_status pool_start_worker(pool *self);

/* Queues a run, and sees to it that somebody will take it.  [loop] */
execz_status pool_send(pool *self, const execz_task *task, execz_run run, execz_error *err);

/* Makes sure that somebody is awake for what was sent.  [loop] */
void pool_flush(pool *self);

/* Wakes or starts one more worker, if there is one to wake or may be one more and none is on its
 * way.  Anything but EXECZ_OK: there is no thread at all.  [any-thread] */
execz_status pool_call_help(pool *self);

/* Lets the workers end once nothing is left to do.  [any-thread] */
void pool_stop(pool *self);

void pool_stats(pool *self, execz_stats *stats);

#endif
