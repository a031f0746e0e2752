/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <stdatomic.h>

#include "sleep.h"

enum { WAKE_EVERY = 128 }; /* runs that are sent in one go */

/* ---- life ------------------------------------------------------------------------------------ */

static execz_status
check_initializer(pool *self, execz_error *err)
{
    const execz_host *host = self->base->host;

    self->initializer = host->option(host, "initializer");
    if (self->initializer == NULL || self->initializer[0] == '\0') {
        self->initializer = NULL;
        return EXECZ_OK;
    }
    self->functions = (const execz_function_ext *)host->extension(host, EXECZ_EXTENSION_FUNCTION);
    if (self->functions == NULL) {
        return execz_error_set(err, EXECZ_E_UNSUPPORTED,
                               "this host cannot call functions, so there can be no initializer");
    }
    return EXECZ_OK;
}

execz_status
pool_start(pool *self, execz_base *base, execz_error *err)
{
    const execz_host *host = base->host;
    const char *prefix = host->option(host, "thread_name_prefix");
    pthread_condattr_t attributes;
    execz_status status;
    size_t size;

    memset(self, 0, sizeof *self);
    self->base = base;
    self->max_workers = (uint32_t)execz_base_option(base, "max_workers", 10);
    self->queue_limit = (uint32_t)execz_base_option(base, "queue_limit", 0);
    self->idle_timeout = execz_base_option(base, "idle_timeout", 0);
    (void)snprintf(self->thread_name, sizeof self->thread_name, "%s",
                   prefix == NULL || prefix[0] == '\0' ? base->alias : prefix);
    status = check_initializer(self, err);
    if (status != EXECZ_OK) {
        return status;
    }
    size = self->max_workers * sizeof *self->workers;
    self->workers = (_Atomic(worker *) *)host->realloc(host, NULL, size);
    if (self->workers == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    memset((void *)self->workers, 0, size);
    queue_init(&self->queue, host);
    pthread_mutex_init(&self->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->stopped, &attributes);
    pthread_condattr_destroy(&attributes);
    return EXECZ_OK;
}

void
pool_free(pool *self)
{
    const execz_host *host = self->base->host;

    for (uint32_t i = 0; i < atomic_load(&self->n_places); i++) {
        queue_free_aligned(host, atomic_load(&self->workers[i]));
    }
    host->realloc(host, (void *)self->workers, 0);
    queue_deinit(&self->queue);
    pthread_cond_destroy(&self->stopped);
    pthread_mutex_destroy(&self->lock);
}

/* ---- workers --------------------------------------------------------------------------------- */

/* A worker without a thread; NULL if there is no memory.  There is a place for one more. */
static worker *
find_free_locked(pool *self)
{
    uint32_t n = atomic_load(&self->n_places);
    worker *made;

    for (uint32_t i = 0; i < n; i++) {
        worker *at = atomic_load(&self->workers[i]);

        if (!at->alive) {
            return at;
        }
    }
    made = (worker *)queue_alloc_aligned(self->base->host, sizeof *made);
    if (made != NULL) {
        made->pool = self;
        atomic_store(&self->workers[n], made);
        atomic_store(&self->n_places, n + 1);
    }
    return made;
}

execz_status
pool_start_worker(pool *self)
{
    const execz_host *host = self->base->host;
    execz_status status = EXECZ_OK;
    worker *one;

    pthread_mutex_lock(&self->lock);
    if (atomic_load(&self->n_workers) < self->max_workers) {
        one = find_free_locked(self);
        status = EXECZ_E_NOMEM;
        if (one != NULL) {
            one->alive = one->looking = 1;
            atomic_fetch_add(&self->looking, 1);
            atomic_fetch_add(&self->n_workers, 1);
            status = host->thread(host, self->thread_name, worker_run, one);
        }
        if (one != NULL && status != EXECZ_OK) {
            one->alive = 0;
            atomic_fetch_sub(&self->looking, 1);
            atomic_fetch_sub(&self->n_workers, 1);
        }
        status = atomic_load(&self->n_workers) > 0 ? EXECZ_OK : status;
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

execz_status
pool_call_help(pool *self)
{
    if (atomic_load(&self->lingering)) {
        return EXECZ_OK;
    }
    if (atomic_load(&self->sleepers) > 0) {
        sleep_wake_one(self);
        return EXECZ_OK;
    }
    if (atomic_load(&self->looking) > 0 || atomic_load(&self->n_workers) >= self->max_workers) {
        return EXECZ_OK;
    }
    return pool_start_worker(self);
}

/* ---- sending --------------------------------------------------------------------------------- */

/* How many of the runs that were pushed have ended. */
static uint64_t
count_ended(const pool *self)
{
    uint32_t n = atomic_load(&self->n_places);
    uint64_t ended = __atomic_load_n(&self->base->retracted, __ATOMIC_RELAXED);

    for (uint32_t i = 0; i < n; i++) {
        ended += atomic_load(&atomic_load(&self->workers[i])->done);
    }
    return ended;
}

/* Whether as many runs are queued as may be, besides those that have a worker.  Who is done is
 * counted only when what was known no longer answers that. */
static int
is_full(pool *self, uint64_t pushed)
{
    if (self->queue_limit != 0 && pushed >= self->room_until) {
        self->room_until = count_ended(self) + self->queue_limit + self->max_workers;
    }
    return self->queue_limit != 0 && pushed >= self->room_until;
}

/* At once for the first, and then only so often: who is woken for each few runs is asleep again before
 * the next are there, and to wake it costs as much as to send a dozen. */
static void
wake_now_and_then(pool *self, uint64_t pushed)
{
    if (pushed >= self->wake_at) {
        self->wake_at = pushed + WAKE_EVERY;
        sleep_wake_one(self);
    }
}

execz_status
pool_send(pool *self, const execz_task *task, execz_run run, execz_error *err)
{
    uint64_t pushed = atomic_load_explicit(&self->pushed, memory_order_relaxed);
    uint32_t n_workers = atomic_load_explicit(&self->n_workers, memory_order_relaxed);

    if (is_full(self, pushed)) {
        return execz_error_set(err, EXECZ_E_BUSY, "%u runs are queued, which is queue_limit",
                               self->queue_limit);
    }
    if (n_workers == 0 && pool_start_worker(self) != EXECZ_OK) {
        return execz_error_set(err, EXECZ_E_BUSY, "the system has no thread left");
    }
    if (!queue_push(&self->queue, run, task->priority)) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    atomic_store_explicit(&self->pushed, pushed + 1, memory_order_relaxed);
    if (atomic_load_explicit(&self->lingering, memory_order_relaxed)) {
        return EXECZ_OK;
    }
    if (atomic_load_explicit(&self->sleepers, memory_order_relaxed) > 0) {
        wake_now_and_then(self, pushed);
    } else if (n_workers > 0 && n_workers < self->max_workers &&
               atomic_load_explicit(&self->looking, memory_order_relaxed) == 0) {
        (void)pool_start_worker(self); /* if it cannot, there are others */
    }
    return EXECZ_OK;
}

void
pool_flush(pool *self)
{
    self->wake_at = 0;
    atomic_thread_fence(memory_order_seq_cst);
    if (!queue_is_empty(&self->queue) && pool_call_help(self) != EXECZ_OK) {
        execz_base_log(self->base, EXECZ_LOG_ERROR,
                       "the system has no thread left; what is queued waits for the next run that "
                       "is sent");
    }
}

void
pool_stop(pool *self)
{
    pthread_mutex_lock(&self->lock);
    atomic_store(&self->stopping, 1);
    pthread_cond_broadcast(&self->stopped);
    pthread_mutex_unlock(&self->lock);
    sleep_wake_all(self);
}

void
pool_stats(pool *self, execz_stats *stats)
{
    uint32_t n = atomic_load(&self->n_places);
    uint64_t ended = count_ended(self);
    uint64_t unfinished = atomic_load(&self->pushed);

    stats->workers = atomic_load(&self->n_workers);
    for (uint32_t i = 0; i < n; i++) {
        stats->busy += (uint32_t)atomic_load(&atomic_load(&self->workers[i])->busy);
    }
    unfinished = unfinished > ended ? unfinished - ended : 0;
    stats->queued = unfinished > stats->busy ? (uint32_t)(unfinished - stats->busy) : 0;
}
