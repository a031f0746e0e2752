/* SPDX-License-Identifier: MIT */
/* Which worker gets which run.
 *
 * An idle worker gets a run at once, the one that was busy last before any other: its memory is
 * warm.  While none is idle, runs wait in the queue.  Only while the queue is long does a worker
 * hold several runs at a time, so that it need not wait for the host between them: as many as
 * `depth`, which doubles with each round that goes quickly.  None is left behind a run that takes
 * its time: the supervisor takes back what has waited RELIEVE_AFTER behind another, and a worker
 * that runs dry takes from those that hold several. */
#include "pool.h"

#include <errno.h>
#include <stdlib.h>

/* ---- wakes ---------------------------------------------------------------------------------- */

void
wakes_add_locked(wakes *self, worker *of)
{
    if (!wire_take_flag(&of->ring->worker_sleeps)) {
        return;
    }
    if (self->n == sizeof self->at / sizeof self->at[0]) {
        wire_futex_wake(&of->ring->worker_sleeps);
    } else {
        self->at[self->n++] = &of->ring->worker_sleeps;
    }
}

void
wakes_deliver(wakes *self)
{
    for (uint32_t i = 0; i < self->n; i++) {
        wire_futex_wake(self->at[i]);
    }
    self->n = 0;
}

/* ---- idle workers --------------------------------------------------------------------------- */

static void
make_idle_locked(worker *self)
{
    pool *owner = self->pool;

    if (self->idle_since == 0 && self->state == WORKER_READY && self->stopped_since == 0) {
        self->idle_since = owner->settings.idle_timeout > 0 ? pool_now() : 1;
        self->next_idle = owner->idle;
        owner->idle = self;
    }
}

void
dispatch_not_idle_locked(worker *self)
{
    worker **at = &self->pool->idle;

    if (self->idle_since == 0) {
        return;
    }
    while (*at != self) {
        at = &(*at)->next_idle;
    }
    *at = self->next_idle;
    self->idle_since = 0;
}

/* ---- giving --------------------------------------------------------------------------------- */

static void
put_aside_locked(pool *self, execz_submission *submission)
{
    place_of(submission)->next = self->late;
    self->late = submission;
    pool_wake_locked(self); /* it finishes it */
}

/* The next run of the queue, off it; late ones are put aside.  What is marked as cancelled is left
 * to whoever is about to take it out. */
static execz_submission *
next_locked(pool *self, execz_time now)
{
    execz_submission *next;

    for (execz_submission *at = self->first; at != NULL; at = next) {
        execz_duration grace = place_of(at)->grace;

        next = place_of(at)->next;
        if (execz_submission_cancelled(at)) {
            continue;
        }
        (void)queue_take_locked(self, at);
        if (grace < 0 || now - submission_run_time(at) <= grace) {
            return at;
        }
        put_aside_locked(self, at);
    }
    return NULL;
}

/* Gives one run to a worker with room; whether that worked.  What is too large for the ring is
 * reserved for the supervisor to load, by a worker that has nothing else. */
static int
give_locked(worker *self, execz_submission *submission, wakes *due)
{
    int result = worker_give_locked(self, submission);

    if (result == -EFBIG && self->inflight == 0 && !self->loading) {
        worker_reserve_locked(self, submission);
        pool_wake_locked(self->pool);
        result = 0;
    } else if (result == 0) {
        wakes_add_locked(due, self);
        if (submission->task->timeout > 0) {
            news_are_the_supervisors_locked(self); /* who has to know when it began */
        }
    }
    if (result == 0 && self->pool->settings.max_tasks != 0 &&
        self->given == self->pool->settings.max_tasks && !self->loading) {
        worker_quit_locked(self);
    }
    return result == 0;
}

void
dispatch_locked(pool *self, wakes *due)
{
    execz_time now = self->first == NULL ? 0 : self->host->now(self->host, EXECZ_CLOCK_REAL);

    while (self->idle != NULL) {
        worker *to = self->idle;
        execz_submission *submission = next_locked(self, now);

        if (submission == NULL) {
            return;
        }
        dispatch_not_idle_locked(to);
        if (!give_locked(to, submission, due)) { /* cannot be: it has nothing else */
            queue_push_back_locked(self, submission);
            make_idle_locked(to);
            return;
        }
    }
}

/* How many runs a worker may have in hand now. */
static uint32_t
allowance_locked(const worker *self)
{
    const pool *owner = self->pool;
    uint32_t share = owner->queued / (owner->n_workers * 2 + 1) + 1;
    uint32_t n = share < self->depth ? share : self->depth;

    if (owner->settings.max_tasks != 0 && owner->settings.max_tasks - self->given < n) {
        n = owner->settings.max_tasks - self->given;
    }
    return n;
}

/* The worker with the most runs that may not have begun; NULL if there is none. */
static worker *
find_rich_locked(const pool *self)
{
    worker *rich = NULL;

    for (worker *at = self->workers; at != NULL; at = at->next) {
        if (at->inflight > (rich == NULL ? 1 : rich->inflight) && !at->loading &&
            at->state != WORKER_DYING) {
            rich = at;
        }
    }
    return rich;
}

/* Takes half of what waits at the worker that has the most. */
static void
share_locked(pool *self)
{
    worker *rich = find_rich_locked(self);
    uint32_t n = rich == NULL ? 0 : rich->inflight / 2;
    execz_submission *submission;

    while (n-- > 0 && (submission = worker_retract_newest_locked(rich)) != NULL) {
        queue_push_back_locked(self, submission);
    }
}

void
dispatch_more_locked(worker *self, wakes *due)
{
    pool *owner = self->pool;
    uint32_t n;
    execz_time now;

    if (self->state != WORKER_READY || self->spare || self->loading || self->stopped_since != 0) {
        return;
    }
    if (self->inflight == 0 && owner->first == NULL) {
        share_locked(owner);
    }
    if (owner->first != NULL && self->inflight <= self->depth / 2) {
        now = owner->host->now(owner->host, EXECZ_CLOCK_REAL);
        for (n = allowance_locked(self); n > self->inflight && self->state == WORKER_READY;) {
            execz_submission *submission = next_locked(owner, now);

            if (submission == NULL) {
                break;
            }
            dispatch_not_idle_locked(self);
            if (!give_locked(self, submission, due)) {
                queue_push_back_locked(owner, submission);
                break;
            }
            if (self->loading) {
                return;
            }
        }
        self->depth = self->depth < WIRE_CELLS / 2 ? self->depth * 2 : WIRE_CELLS / 2;
    }
    if (self->inflight == 0) {
        make_idle_locked(self);
    }
}

/* ---- taking back ---------------------------------------------------------------------------- */

void
dispatch_take_back_locked(worker *self)
{
    execz_submission *submission;

    while ((submission = worker_retract_newest_locked(self)) != NULL) {
        queue_push_back_locked(self->pool, submission);
    }
}

void
dispatch_relieve_locked(worker *self)
{
    self->depth = 1;
    dispatch_take_back_locked(self);
}

void
dispatch_finish_late(pool *self)
{
    execz_submission *at, *next;

    pthread_mutex_lock(&self->lock);
    at = self->late;
    self->late = NULL;
    pthread_mutex_unlock(&self->lock);
    for (; at != NULL; at = next) {
        execz_result result = {
            .size = sizeof result,
            .outcome = EXECZ_OUTCOME_MISSED,
            .run_time = submission_run_time(at),
            .finished = self->host->now(self->host, EXECZ_CLOCK_REAL),
            .exit_status = -1,
            .message = "its misfire grace time was over when a worker was free",
        };

        next = place_of(at)->next;
        run_finish(self, at, &result);
    }
}
