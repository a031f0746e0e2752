/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A hand that has lain for longer is looked after by others. */
static const int64_t patience = 4 * EXECZ_MILLISECOND;
enum { AHEAD = 4 }; /* of the run that is begun, the one that the host fetches into the cache */
static const int64_t first_retry = EXECZ_SECOND;
static const int64_t last_retry = EXECZ_MINUTE;

/* Its resolution of some milliseconds is enough, and it costs a fifth of the exact one. */
static int64_t
coarse_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

static struct timespec
timespec_of(int64_t duration)
{
    return (struct timespec){duration / EXECZ_SECOND, duration % EXECZ_SECOND};
}

/* ---- waking ---------------------------------------------------------------------------------- */

static void
futex_wake(pool *owner, int n)
{
    (void)syscall(SYS_futex, &owner->permit, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

void
worker_wake_one(pool *owner)
{
    uint32_t none = PERMIT_NONE;

    if (atomic_load(&owner->sleepers) > 0 && atomic_load(&owner->permit) == PERMIT_NONE &&
        atomic_compare_exchange_strong(&owner->permit, &none, PERMIT_ONE)) {
        futex_wake(owner, 1);
    }
}

void
worker_wake_all(pool *owner)
{
    atomic_store(&owner->permit, PERMIT_ALL);
    futex_wake(owner, INT32_MAX);
}

/* ---- hands ----------------------------------------------------------------------------------- */

static uint32_t
left_in_hand(const worker *self)
{
    uint32_t at = atomic_load_explicit(&self->at, memory_order_relaxed);
    uint32_t n = atomic_load(&self->n);

    return at < n ? n - at : 0;
}

/* Shows the runs to everybody, and wakes somebody who may help with them. */
static void
take_in_hand(worker *self, const execz_run *runs, uint32_t n, queue_band *band)
{
    pool *owner = self->pool;

    for (uint32_t i = 0; i < n; i++) {
        atomic_store_explicit(&self->hand[i], runs[i], memory_order_relaxed);
    }
    self->band = band;
    atomic_store_explicit(&self->at, 0, memory_order_relaxed);
    atomic_store_explicit(&self->since, coarse_now(), memory_order_relaxed);
    atomic_fetch_add_explicit(&self->number, 1, memory_order_release);
    atomic_exchange(&self->n, n);
    if (atomic_load(&owner->sleepers) > 0 && (n > 1 || !queue_is_empty(&owner->queue))) {
        worker_wake_one(owner);
    }
}

/* Whether somebody else should look after what is left in the hand. */
static int
needs_help(const worker *self, int64_t taken_before)
{
    return left_in_hand(self) > 0 &&
           atomic_load_explicit(&self->since, memory_order_relaxed) <= taken_before &&
           atomic_load(&self->robbed) != atomic_load_explicit(&self->number, memory_order_acquire);
}

/* Copies what is left.  The owner may come to it too, or have a new hand by now: what is copied is
 * at worst a run that somebody else begins first. */
static uint32_t
copy_hand(worker *from, execz_run *runs)
{
    uint32_t number = atomic_load_explicit(&from->number, memory_order_acquire);
    uint32_t at = atomic_load_explicit(&from->at, memory_order_relaxed);
    uint32_t n = atomic_load(&from->n);
    uint32_t copied = 0;

    for (; at < n && n <= POOL_HAND; at++) {
        runs[copied++] = atomic_load_explicit(&from->hand[at], memory_order_relaxed);
    }
    atomic_store(&from->robbed, number);
    return copied;
}

static worker *
find_to_help(worker *self, int64_t taken_before)
{
    pool *owner = self->pool;
    uint32_t n = atomic_load_explicit(&owner->n_places, memory_order_acquire);

    for (uint32_t i = 0; i < n; i++) {
        worker *other = atomic_load_explicit(&owner->workers[i], memory_order_relaxed);

        if (other != self && needs_help(other, taken_before)) {
            return other;
        }
    }
    return NULL;
}

static int
help(worker *self, int64_t taken_before)
{
    worker *other = find_to_help(self, taken_before);
    execz_run runs[POOL_HAND];
    uint32_t n = other == NULL ? 0 : copy_hand(other, runs);

    if (n > 0) {
        take_in_hand(self, runs, n, NULL);
    }
    return n > 0;
}

/* Fills the empty hand; 0 if there is nothing to do anywhere. */
static int
refill(worker *self)
{
    pool *owner = self->pool;
    uint32_t takers = 2 * atomic_load_explicit(&owner->n_workers, memory_order_relaxed);
    execz_run runs[POOL_HAND];
    queue_band *band = NULL;
    uint32_t n;

    if (help(self, coarse_now() - patience)) {
        return 1;
    }
    n = queue_take(&owner->queue, runs, POOL_HAND, takers == 0 ? 1 : takers, &band);
    if (n > 0) {
        take_in_hand(self, runs, n, band);
        return 1;
    }
    return help(self, INT64_MAX);
}

/* A run that came after the hand was taken and goes first; 0 if there is none. */
static execz_run
more_urgent(worker *self)
{
    queue *waiting = &self->pool->queue;
    queue_band *band;
    execz_run run;

    if (self->band == NULL || !queue_has_higher(waiting, self->band)) {
        return 0;
    }
    return queue_take(waiting, &run, 1, 1, &band) == 1 ? run : 0;
}

/* Lets the host fetch the run at this place of the hand. */
static void
soon(worker *self, uint32_t at)
{
    const execz_host *host = self->pool->base->host;

    host->soon(host, atomic_load_explicit(&self->hand[at], memory_order_relaxed));
}

static execz_run
next(void *user, execz_run done)
{
    worker *self = (worker *)user;
    uint32_t at = atomic_load_explicit(&self->at, memory_order_relaxed);
    execz_run urgent;

    if (done != 0) {
        uint64_t n = atomic_load_explicit(&self->done, memory_order_relaxed);

        atomic_store_explicit(&self->done, n + 1, memory_order_relaxed);
        if (self->pool->queue_limit != 0) {
            atomic_fetch_add(&self->pool->done, 1);
        }
    }
    if (at >= atomic_load_explicit(&self->n, memory_order_relaxed)) {
        if (!refill(self)) {
            return 0;
        }
        at = 0;
        for (uint32_t i = 1; i < AHEAD && i < atomic_load(&self->n); i++) {
            soon(self, i);
        }
    } else if ((urgent = more_urgent(self)) != 0) {
        return urgent;
    }
    if (at + AHEAD < atomic_load_explicit(&self->n, memory_order_relaxed)) {
        soon(self, at + AHEAD);
    }
    atomic_store_explicit(&self->at, at + 1, memory_order_relaxed);
    return atomic_load_explicit(&self->hand[at], memory_order_relaxed);
}

/* ---- sleeping -------------------------------------------------------------------------------- */

static int
has_work(worker *self)
{
    return !queue_is_empty(&self->pool->queue) || find_to_help(self, INT64_MAX) != NULL;
}

/* Sleeps until woken; 0 if it was idle for idle_timeout. */
static int
sleep_for_permit(pool *owner)
{
    struct timespec timeout = timespec_of(owner->idle_timeout);
    uint32_t one = PERMIT_ONE;

    while (!atomic_compare_exchange_strong(&owner->permit, &one, PERMIT_NONE)) {
        if (one == PERMIT_ALL) {
            return 1;
        }
        if (syscall(SYS_futex, &owner->permit, FUTEX_WAIT_PRIVATE, PERMIT_NONE,
                    owner->idle_timeout == 0 ? NULL : &timeout, NULL, 0) != 0 &&
            errno == ETIMEDOUT) {
            return 0;
        }
        one = PERMIT_ONE;
    }
    return 1;
}

static int
sleep_until_work(worker *self)
{
    pool *owner = self->pool;
    int woken = 1;

    atomic_fetch_add(&owner->sleepers, 1);
    if (!has_work(self)) {
        woken = sleep_for_permit(owner);
    }
    atomic_fetch_sub(&owner->sleepers, 1);
    return woken;
}

/* Whether the thread may end: counted out first, and then looked once more, as sleepers do. */
static int
leave(worker *self)
{
    pool *owner = self->pool;
    int stays;

    pthread_mutex_lock(&owner->lock);
    atomic_fetch_sub(&owner->n_workers, 1);
    stays = has_work(self);
    if (stays) {
        atomic_fetch_add(&owner->n_workers, 1);
    } else {
        self->alive = 0;
    }
    pthread_mutex_unlock(&owner->lock);
    return !stays;
}

/* ---- the thread ------------------------------------------------------------------------------ */

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

/* Runs the initializer until it succeeds; 0 if the pool stops before. */
static int
initialize(pool *owner)
{
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
        if (!wait_for_retry(owner, delay)) {
            return 0;
        }
        delay = delay * 2 < last_retry ? delay * 2 : last_retry;
    }
    return 1;
}

/* Without an initialised worker nobody would ever come for what is queued. */
static void
cancel_queue(pool *owner)
{
    queue_band *band;
    execz_run run;

    while (queue_take(&owner->queue, &run, 1, 1, &band) == 1) {
        (void)execz_base_retract(owner->base, run);
    }
}

void
worker_run(void *argument)
{
    worker *self = (worker *)argument;
    pool *owner = self->pool;
    const execz_host *host = owner->base->host;

    if (!initialize(owner)) {
        if (atomic_load(&owner->n_workers) == 1) {
            cancel_queue(owner);
        }
        atomic_fetch_sub(&owner->n_workers, 1);
        return;
    }
    for (;;) {
        atomic_store_explicit(&self->busy, 1, memory_order_relaxed);
        host->work(host, next, self);
        atomic_store_explicit(&self->busy, 0, memory_order_relaxed);
        if (atomic_load(&owner->stopping) || !sleep_until_work(self)) {
            if (leave(self)) {
                return;
            }
        }
    }
}
