/* SPDX-License-Identifier: MIT */
/* The executor's default pool of threads, for bodies that block: functions, and what coroutines
 * offload.
 *
 * Runs wait in the queue of the threadpool executor, which takes no lock, by priority and then by
 * arrival.  What a coroutine offloads goes before them, since its run has begun already; it waits
 * in a list of its own, because it can be taken back.  Threads are started on demand, up to
 * max_workers, and end after pool_stop() when nothing is left to do.
 *
 * Who goes to sleep counts itself and then looks once more; who brings work shows it and then looks
 * at the count.  The queue is filled by plain stores, which a processor may show only after that
 * look; so both sides meet in one change of the count, and one of the two sees the other. */
#ifndef ASYNCIO_POOL_H
#define ASYNCIO_POOL_H

#include "queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Embedded in what is to be done. */
typedef struct pool_job {
    struct pool_job *next, *previous;
    bool queued;
    void (*run)(struct pool_job *job); /* on a thread of the pool; the job may be gone afterwards */
} pool_job;

typedef struct pool {
    /* Fixed. */
    const execz_host *host;
    execz_base *base;        /* NULL: takes jobs only */
    const char *thread_name; /* borrowed */
    uint32_t max_workers;

    queue runs;
    uint64_t pushed; /* [loop of the scheduler] writes it, atomically */
    _Atomic uint64_t taken;
    _Atomic uint32_t busy;

    pthread_mutex_t lock;
    pthread_cond_t wanted;
    /* Guarded by lock; the atomic ones are read without. */
    pool_job *first_job, *last_job;
    _Atomic uint32_t n_jobs;
    _Atomic uint32_t workers;
    _Atomic uint32_t sleeping; /* of them, and not called */
    uint32_t called;           /* to wake up, and not awake yet */
    bool stopping;
} pool;

/* thread_name is borrowed. */
void pool_init(pool *self, const execz_host *host, execz_base *base, const char *thread_name,
               uint32_t max_workers);

/* Nothing is queued, and no thread is left. */
void pool_deinit(pool *self);

/* Queues a run.  EXECZ_E_BUSY or EXECZ_E_NOMEM: nothing has happened.  [loop of the scheduler] */
execz_status pool_push_run(pool *self, execz_run run, int32_t priority, execz_error *err);

/* False if there is no thread to run it.  [any-thread] */
bool pool_push_job(pool *self, pool_job *job);

/* Takes it back; false if a thread has it.  [any-thread] */
bool pool_take_job(pool *self, pool_job *job);

/* Lets idle threads end.  [any-thread] */
void pool_stop(pool *self);

typedef struct pool_figures {
    uint32_t workers, busy, queued;
} pool_figures;

pool_figures pool_count(pool *self);

#endif
