/* SPDX-License-Identifier: MIT */
#include "initializer.h"

#include <stdatomic.h>
#include <time.h>

static const int64_t first_retry = EXECZ_SECOND;
static const int64_t last_retry = EXECZ_MINUTE;

/* Waits for the next attempt; 0 if the pool stops. */
static int
wait_for_retry(pool *owner, int64_t delay)
{
    struct timespec until;
    int waited = 0, stopping;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += delay / EXECZ_SECOND;
    pthread_mutex_lock(&owner->lock);
    while (!atomic_load(&owner->stopping) && waited == 0) {
        waited = pthread_cond_timedwait(&owner->stopped, &owner->lock, &until);
    }
    stopping = atomic_load(&owner->stopping);
    pthread_mutex_unlock(&owner->lock);
    return !stopping;
}

/* Runs it until it succeeds; 0 if the pool stops before. */
static int
try_until_stopped(worker *self)
{
    pool *owner = self->pool;
    const execz_host *host = owner->base->host;

    for (int64_t delay = first_retry; owner->initializer != NULL;) {
        execz_error err = EXECZ_ERROR_INIT;

        if (owner->functions->call(host, owner->initializer, NULL, &err) == EXECZ_OK) {
            return 1;
        }
        execz_base_log(owner->base, EXECZ_LOG_ERROR,
                       "the initializer of a worker failed, which takes no task before it succeeds;"
                       " next attempt in %d s: %s",
                       (int)(delay / EXECZ_SECOND), err.message);
        worker_arrive(self);
        if (!wait_for_retry(owner, delay)) {
            return 0;
        }
        delay = delay * 2 < last_retry ? delay * 2 : last_retry;
    }
    return 1;
}

static void
cancel_queue(pool *owner)
{
    queue_band *band;
    uint32_t n = 0;
    execz_run run;

    while (queue_take(&owner->queue, &run, 1, 1, &band) == 1) {
        n += (uint32_t)execz_base_retract(owner->base, run);
    }
    if (n > 0) {
        execz_base_log(owner->base, EXECZ_LOG_WARNING,
                       "%u queued runs are cancelled, because the initializer never succeeded", n);
    }
}

/* Ends a worker that never was ready.  After the last one nobody would come for what is queued. */
static void
give_up(worker *self)
{
    pool *owner = self->pool;
    int last;

    pthread_mutex_lock(&owner->lock);
    self->alive = 0;
    last = atomic_fetch_sub(&owner->n_workers, 1) == 1;
    pthread_mutex_unlock(&owner->lock);
    if (last) {
        cancel_queue(owner);
    }
}

int
initializer_run(worker *self)
{
    int ready = try_until_stopped(self);

    if (!ready) {
        give_up(self);
    }
    return ready;
}

int
initializer_ended_thread(worker *self)
{
    pool *owner = self->pool;

    execz_base_log(owner->base, EXECZ_LOG_ERROR,
                   "the initializer has ended its worker's thread by pthread_exit(): it has to "
                   "return instead; next attempt in %d s",
                   (int)(first_retry / EXECZ_SECOND));
    worker_arrive(self);
    if (wait_for_retry(owner, first_retry)) {
        return 1;
    }
    give_up(self);
    return 0;
}
