/* SPDX-License-Identifier: MIT */
/* The executor's default pool of threads, for bodies that block: functions, and what coroutines
 * offload.
 *
 * Threads are started on demand, up to max_workers, and end after pool_stop() when nothing is left
 * to do.  What a coroutine offloads goes before runs, since its run has begun already; runs go by
 * priority, and by arrival among equals. */
#ifndef ASYNCIO_POOL_H
#define ASYNCIO_POOL_H

#include <execz/base.h>

#include <pthread.h>
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
    const char *thread_name; /* borrowed */
    uint32_t max_workers;

    pthread_mutex_t lock;
    pthread_cond_t wanted;
    /* Guarded by lock. */
    pool_job *first_job, *last_job;
    execz_submission *first_run, *last_run;
    uint32_t n_jobs, n_runs; /* queued */
    uint32_t workers;
    uint32_t idle;
    uint32_t busy;
    bool stopping;
} pool;

/* thread_name is borrowed. */
void pool_init(pool *self, const execz_host *host, const char *thread_name, uint32_t max_workers);

/* Nothing is queued, and no thread is left. */
void pool_deinit(pool *self);

/* False if there is no thread to run it, and there will be none.  [any-thread] */
bool pool_push_job(pool *self, pool_job *job);
bool pool_push_run(pool *self, execz_submission *run);

/* Takes it back; false if a thread has it.  [any-thread] */
bool pool_take_job(pool *self, pool_job *job);
bool pool_take_run(pool *self, execz_submission *run);

/* Lets idle threads end.  [any-thread] */
void pool_stop(pool *self);

typedef struct pool_figures {
    uint32_t workers, busy, queued;
} pool_figures;

pool_figures pool_count(pool *self);

#endif
