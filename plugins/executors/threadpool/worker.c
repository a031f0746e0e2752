/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <stdatomic.h>

#include "initializer.h"
#include "sleep.h"

/* A hand that has lain for longer is looked after by others. */
static const int64_t patience = 4 * EXECZ_MILLISECOND;
enum { AHEAD = 4 }; /* of the run that is begun, the one that the host fetches into the cache */
enum { SOME_PLACES = 16, ALL_PLACES = INT32_MAX }; /* how many others a worker looks at */

/* Its resolution of some milliseconds is enough, and it costs a fifth of the exact one. */
static int64_t
coarse_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

/* ---- hands ----------------------------------------------------------------------------------- */

/* n first: it shows what was written before it, and an at of a later hand does no harm. */
static uint32_t
left_in_hand(const worker *self)
{
    uint32_t n = atomic_load(&self->n);
    uint32_t at = atomic_load_explicit(&self->at, memory_order_relaxed);

    return at < n ? n - at : 0;
}

/* Whether somebody else should look after what is left in the hand. */
static int
needs_help(const worker *self, int64_t taken_before)
{
    return left_in_hand(self) > 0 &&
           atomic_load_explicit(&self->since, memory_order_relaxed) <= taken_before &&
           atomic_load(&self->robbed) != atomic_load_explicit(&self->number, memory_order_acquire);
}

/* Looks at so many others, behind those that were looked at before. */
static worker *
find_to_help(worker *self, int64_t taken_before, uint32_t places)
{
    pool *owner = self->pool;
    uint32_t n = atomic_load_explicit(&owner->n_places, memory_order_acquire);

    for (uint32_t i = 0; i < n && i < places; i++) {
        worker *other;

        self->helped = self->helped + 1 < n ? self->helped + 1 : 0;
        other = atomic_load_explicit(&owner->workers[self->helped], memory_order_relaxed);
        if (other != self && needs_help(other, taken_before)) {
            return other;
        }
    }
    return NULL;
}

int
worker_has_work(worker *self)
{
    return !queue_is_empty(&self->pool->queue) || find_to_help(self, INT64_MAX, ALL_PLACES) != NULL;
}

void
worker_arrive(worker *self)
{
    if (self->looking) {
        self->looking = 0;
        atomic_fetch_sub(&self->pool->looking, 1);
    }
}

/* Has another come if there is more to do than what this one begins now.  Only who was woken or
 * started looks at the hands of others for that: whoever leaves something in its hand has one
 * woken, and so on until nothing is left. */
static void
pass_on(worker *self)
{
    pool *owner = self->pool;
    int came = self->looking;

    worker_arrive(self);
    if ((atomic_load(&owner->sleepers) > 0 ||
         atomic_load_explicit(&owner->n_workers, memory_order_relaxed) < owner->max_workers) &&
        (left_in_hand(self) > 1 ||
         (came ? worker_has_work(self) : !queue_is_empty(&owner->queue)))) {
        (void)pool_call_help(owner); /* if it cannot, this one does it all */
    }
}

/* Shows the runs to everybody.  A hand is empty while it changes, so that nobody takes what it
 * finds in between for all there is. */
static void
take_in_hand(worker *self, const execz_run *runs, uint32_t n, queue_band *band)
{
    atomic_store_explicit(&self->n, 0, memory_order_relaxed);
    for (uint32_t i = 0; i < n; i++) {
        atomic_store_explicit(&self->hand[i], runs[i], memory_order_relaxed);
    }
    atomic_store_explicit(&self->band, band, memory_order_relaxed);
    atomic_store_explicit(&self->at, 0, memory_order_relaxed);
    atomic_store_explicit(&self->since, coarse_now(), memory_order_relaxed);
    atomic_fetch_add_explicit(&self->number, 1, memory_order_release);
    atomic_exchange(&self->n, n);
    pass_on(self);
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
    if (copied > 0) {
        atomic_store(&from->robbed, number);
    }
    return copied;
}

static int
help(worker *self, int64_t taken_before, uint32_t places)
{
    worker *other = find_to_help(self, taken_before, places);
    execz_run runs[POOL_HAND];
    uint32_t n = other == NULL ? 0 : copy_hand(other, runs);

    if (n > 0) {
        take_in_hand(self, runs, n, atomic_load_explicit(&other->band, memory_order_relaxed));
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

    if (help(self, coarse_now() - patience, SOME_PLACES)) {
        return 1;
    }
    n = queue_take(&owner->queue, runs, POOL_HAND, takers == 0 ? 1 : takers, &band);
    if (n > 0) {
        take_in_hand(self, runs, n, band);
        return 1;
    }
    return help(self, INT64_MAX, ALL_PLACES);
}

/* A run that came after the hand was taken and goes first; 0 if there is none. */
static execz_run
more_urgent(worker *self)
{
    queue *waiting = &self->pool->queue;
    queue_band *band = atomic_load_explicit(&self->band, memory_order_relaxed);
    execz_run run;

    if (!queue_has_higher(waiting, band)) {
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
    }
    if (at >= atomic_load_explicit(&self->n, memory_order_relaxed)) {
        if (!refill(self)) {
            return 0;
        }
        at = 0;
        for (uint32_t i = 1; i < AHEAD && i < atomic_load(&self->n); i++) {
            soon(self, i);
        }
    }
    urgent = more_urgent(self);
    if (urgent != 0) {
        return urgent;
    }
    if (at + AHEAD < atomic_load_explicit(&self->n, memory_order_relaxed)) {
        soon(self, at + AHEAD);
    }
    atomic_store_explicit(&self->at, at + 1, memory_order_relaxed);
    return atomic_load_explicit(&self->hand[at], memory_order_relaxed);
}

/* ---- the thread ------------------------------------------------------------------------------ */

/* Whether the thread may end: counted out first, and then looked once more, as sleepers do. */
static int
leave(worker *self)
{
    pool *owner = self->pool;
    int stays;

    worker_arrive(self);
    pthread_mutex_lock(&owner->lock);
    atomic_fetch_sub(&owner->n_workers, 1);
    stays = worker_has_work(self);
    if (stays) {
        atomic_fetch_add(&owner->n_workers, 1);
    } else {
        self->alive = 0;
    }
    pthread_mutex_unlock(&owner->lock);
    return !stays;
}

static void
work(worker *self)
{
    pool *owner = self->pool;
    const execz_host *host = owner->base->host;

    if (!initializer_run(self)) {
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

/* The body of a run has ended this thread, and the host that run. */
static void
lose_thread(worker *self)
{
    atomic_store_explicit(&self->busy, 0, memory_order_relaxed);
    atomic_fetch_add(&self->done, 1);
    execz_base_log(self->pool->base, EXECZ_LOG_WARNING,
                   "a function has ended its worker's thread by pthread_exit(); another thread "
                   "takes its place");
}

/* Runs when code of a function's has called pthread_exit(): another thread takes the place, and what
 * is in hand. */
static void
replace(void *argument)
{
    worker *self = (worker *)argument;
    pool *owner = self->pool;
    const execz_host *host = owner->base->host;

    if (atomic_load(&self->busy)) {
        lose_thread(self);
    } else if (!initializer_ended_thread(self)) {
        return;
    }
    if (!self->looking) {
        sleep_end(self);
    }
    if (host->thread(host, owner->thread_name, worker_run, self) != EXECZ_OK) {
        worker_run(self); /* this one goes on, as long as it can */
    }
}

void
worker_run(void *argument)
{
    pthread_cleanup_push(replace, argument);
    work((worker *)argument);
    pthread_cleanup_pop(0);
}
