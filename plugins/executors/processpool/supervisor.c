/* SPDX-License-Identifier: MIT */
/* The one thread of the pool: it takes what workers answer, has new ones forked, and sees to it
 * that whoever does not answer is killed.  It sleeps in epoll, without a timer unless something is
 * due: an idle pool uses no processor time. */
#include "pool.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Looks at rings between two looks at sockets, while there is always something in the rings; and
 * batches of one ring before the next one has its turn. */
#define ROUNDS 16

/* Results of workers that have much in hand may lie about for this long. */
#define NAP (100 * EXECZ_MICROSECOND)

enum { EVENTS = 16 };

int64_t
pool_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

void
pool_wake_locked(pool *self)
{
    if (self->supervisor_sleeps) {
        self->supervisor_sleeps = 0;
        (void)eventfd_write(self->bell, 1);
    } else {
        self->woken = 1;
    }
}

int
supervisor_watch(pool *self, int fd, uint32_t tag)
{
    uint32_t edge = tag == TAG_BELL ? (uint32_t)EPOLLET : 0;
    struct epoll_event event = {.events = EPOLLIN | edge, .data.u32 = tag};

    return epoll_ctl(self->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

/* ---- rings ---------------------------------------------------------------------------------- */

/* Marks the workers that have something to tell; whether there is one. */
static int
survey(pool *self, int sleeping)
{
    int news = 0;

    pthread_mutex_lock(&self->lock);
    self->naps = 0;
    for (worker *at = self->workers; at != NULL; at = at->next) {
        at->news = news_of_locked(at, sleeping);
        news |= at->news || at->loading;
        self->naps |= worker_is_fast_locked(at);
    }
    news |= self->late != NULL || (sleeping && self->woken);
    self->supervisor_sleeps = sleeping && !news;
    pthread_mutex_unlock(&self->lock);
    return news;
}

static void
welcome(worker *self)
{
    pool *owner = self->pool;
    wakes due = {.n = 0};

    pthread_mutex_lock(&owner->lock);
    if (self->state == WORKER_STARTING && atomic_load(&self->ring->ready) == WIRE_TAKES) {
        self->state = WORKER_READY;
        owner->failures = 0;
        owner->trouble[0] = '\0';
        owner->unusable = 0;
        if (!self->spare) {
            owner->n_starting--;
            dispatch_more_locked(self, &due);
        }
    }
    pthread_mutex_unlock(&owner->lock);
    wakes_deliver(&due);
}

/* Copies a large run into its arena; without memory for it, the run is an error. */
static void
load(worker *self)
{
    execz_submission *submission = self->runs[self->published % WIRE_CELLS];
    int result = worker_load(self);
    char text[160];

    if (result == 0) {
        worker_wake(self);
        return;
    }
    (void)snprintf(text, sizeof text, "no shared memory for its arguments of %llu bytes: %s",
                   (unsigned long long)submission->task->args_length, strerror(-result));
    run_finish_unloaded(self, text);
}

static int
is_loading(worker *self)
{
    int loading;

    pthread_mutex_lock(&self->pool->lock);
    loading = self->loading;
    pthread_mutex_unlock(&self->pool->lock);
    return loading;
}

/* Whether it has left of its own will, or will. */
static int
has_left(worker *self)
{
    int left;

    pthread_mutex_lock(&self->pool->lock);
    left = self->state == WORKER_LEAVING && self->inflight == 0;
    pthread_mutex_unlock(&self->pool->lock);
    return left;
}

void
supervisor_look_after(worker *self, uint32_t batches)
{
    if (self->news) {
        welcome(self);
        results_collect(self, batches);
        if (has_left(self)) {
            death_begin(self, KILLED_NOT);
        }
    }
    if (is_loading(self)) {
        load(self);
    }
}

/* Takes what is in the rings. */
static void
look_after_all(pool *self)
{
    for (worker *at = self->workers; at != NULL; at = at->next) {
        supervisor_look_after(at, ROUNDS);
    }
    dispatch_finish_late(self);
}

/* ---- sockets -------------------------------------------------------------------------------- */

static void
lose_zygote(pool *self)
{
    int status;

    zygote_end(self, &status);
    death_of_zygote(self, status);
    if (self->zygote_deaths++ > 0) {
        death_unborn(self, "the process that starts the workers does not stay alive");
    }
}

static void
look_at_worker(pool *self, uint32_t number)
{
    worker *at = self->workers;

    while (at != NULL && at->number != number) {
        at = at->next;
    }
    if (at != NULL && !worker_receive(at)) {
        (void)epoll_ctl(self->epoll, EPOLL_CTL_DEL, at->socket, NULL);
        death_begin(at, KILLED_NOT); /* if it lives, it may still say how its run ends */
    }
}

/* At most timeout nanoseconds (< 0: no limit); where the kernel, or valgrind, cannot be so exact, to the
 * next millisecond. */
static int
wait_for_events(const pool *self, struct epoll_event *events, int64_t timeout)
{
    struct timespec most = {timeout / EXECZ_SECOND, timeout % EXECZ_SECOND};
    int64_t milliseconds = (timeout + EXECZ_MILLISECOND - 1) / EXECZ_MILLISECOND;
    int n = epoll_pwait2(self->epoll, events, EVENTS, timeout < 0 ? NULL : &most, NULL);

    if (n >= 0 || errno != ENOSYS) {
        return n;
    }
    return epoll_wait(self->epoll, events, EVENTS,
                      timeout < 0 ? -1 : (int)(milliseconds < INT_MAX ? milliseconds : INT_MAX));
}

/* Sleeps for at most timeout nanoseconds (< 0: no limit), and takes what came. */
static void
look_at_sockets(pool *self, int64_t timeout)
{
    struct epoll_event events[EVENTS];
    int n;

    self->planned = timeout < 0 ? INT64_MAX : pool_now() + timeout;
    pthread_mutex_unlock(&self->baton);
    n = wait_for_events(self, events, timeout);
    pthread_mutex_lock(&self->baton);
    for (int i = 0; i < n; i++) {
        uint32_t tag = events[i].data.u32;

        if (tag >= TAG_WORKER) {
            look_at_worker(self, tag - TAG_WORKER);
        } else if (tag == TAG_ZYGOTE && self->zygote_socket >= 0 && !zygote_receive(self)) {
            lose_zygote(self);
        }
    }
}

static void
revive_zygote(pool *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (self->zygote_socket >= 0 || self->ending_since != 0 || pool_now() < self->hold_until) {
        return;
    }
    if (zygote_start(self, &err) != EXECZ_OK) {
        death_unborn(self, err.message);
    }
}

/* ---- the end -------------------------------------------------------------------------------- */

/* Whether nothing is left to do: then the workers are told to end, and nothing more is taken. */
static int
is_over(pool *self)
{
    int over;

    pthread_mutex_lock(&self->lock);
    self->woken = 0; /* whatever it was for, the round that begins here looks at it */
    if (self->stopping && self->runs == 0 && self->ending_since == 0) {
        self->ended = 1;
        self->ending_since = pool_now();
        for (worker *at = self->workers; at != NULL; at = at->next) {
            dispatch_not_idle_locked(at);
            worker_quit_locked(at);
        }
    }
    over = self->ending_since != 0 &&
           (self->workers == NULL || pool_now() - self->ending_since > EXECZ_SECOND);
    pthread_mutex_unlock(&self->lock);
    return over;
}

void
supervise(void *argument)
{
    pool *self = (pool *)argument;
    int64_t timeout = 0;
    int status;

    pthread_mutex_lock(&self->baton);
    while (!is_over(self)) {
        look_at_sockets(self, timeout);
        for (int round = 0; round < ROUNDS && survey(self, 0); round++) {
            look_after_all(self);
        }
        revive_zygote(self);
        hopeless_cancel(self);
        zygote_want_workers(self);
        timeout = timers_run(self);
        if (timeout != 0 && survey(self, 1)) {
            timeout = 0;
        } else if (self->naps && (timeout < 0 || timeout > NAP)) {
            timeout = NAP;
        }
    }
    if (self->zygote_socket >= 0) {
        zygote_end(self, &status);
    }
    death_of_all(self, "the pool was shut down");
    pthread_mutex_unlock(&self->baton);
}
