/* SPDX-License-Identifier: MIT */
/* A turn does, over and over: take messages, wake whom the clock or the kernel wakes, and let the
 * coroutines of the queue run, up to 64 of them or a millisecond.  So the cost of looking
 * is shared by many, and nobody waits for long.
 *
 * Messages come over a stack that the loop takes as a whole.  When there is nothing to do, the loop
 * puts a mark into the empty stack and sleeps; who finds the mark rings the bell.  So a sender
 * makes a system call only for a loop that sleeps, and only the first one does.
 *
 * Nothing is read from the bell and the timer: epoll(7) reports them by their edge.  The timer is
 * set when the loop goes to sleep and only if it would ring too late; ringing too early is harmless.
 * A loop that a host drives never sleeps itself: it makes sure that its descriptor becomes readable.
 */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 64,
    STACKS_KEPT = 64, /* whose memory an idle loop keeps */
};

#define COARSE_FROM INT64_C(20000000)   /* ns; limits from here on are measured coarsely */
#define TRIM_AFTER INT64_C(10000000000) /* ns */
#define DATA_TIMER UINT64_MAX           /* epoll_data.u64 of our own descriptors */
#define DATA_BELL (UINT64_MAX - 1)

/* The mark of a loop that sleeps. */
static loop_message asleep;

/* ---- messages -------------------------------------------------------------------------------- */

void
loop_ring(loop *self)
{
    (void)eventfd_write(self->bell, 1);
}

void
loop_send(loop *self, loop_message *message)
{
    loop_message *newest = atomic_load_explicit(&self->inbox, memory_order_relaxed);

    do {
        message->next = newest == &asleep ? NULL : newest;
    } while (!atomic_compare_exchange_weak_explicit(&self->inbox, &newest, message,
                                                    memory_order_acq_rel, memory_order_relaxed));
    if (newest == &asleep) {
        loop_ring(self);
    }
}

static void
take_messages(loop *self)
{
    loop_message *newest, *oldest = NULL;

    if (atomic_load_explicit(&self->inbox, memory_order_relaxed) == NULL) {
        return;
    }
    newest = atomic_exchange_explicit(&self->inbox, NULL, memory_order_acquire);
    while (newest != NULL && newest != &asleep) {
        loop_message *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != NULL) {
        loop_message *next = oldest->next; /* it may be gone when it was taken */

        oldest->take(self, oldest);
        oldest = next;
    }
}

/* False if a message was there. */
static bool
fall_asleep(loop *self)
{
    loop_message *none = NULL;

    return atomic_compare_exchange_strong(&self->inbox, &none, &asleep);
}

/* ---- what wakes ------------------------------------------------------------------------------ */

static void
trim(loop *self)
{
    if (stack_pool_trim(&self->stacks, STACKS_KEPT)) {
        (void)timers_add(&self->timers, &self->trimming, loop_now() + TRIM_AFTER);
    }
}

static void
take_due(loop *self, int64_t now)
{
    timer *due;

    while ((due = timers_take_due(&self->timers, now)) != NULL) {
        if (due == &self->trimming) {
            trim(self);
        } else {
            coroutine *one = coroutine_of_timer(due);

            loop_wake(self, one, one->when_time_is_up);
        }
    }
}

static void
take_events(loop *self, int timeout)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(self->epoll, events, EVENTS_MAX, timeout);

    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == DATA_TIMER) {
            self->armed = TIMERS_NEVER;
        } else if (events[i].data.u64 != DATA_BELL) {
            watches_take(self, events[i].data.u64, events[i].events);
        }
    }
}

static void
look_around(loop *self)
{
    take_messages(self);
    if (self->watches.n_waiting > 0) {
        take_events(self, 0);
    }
    if (self->timers.n > 0) {
        take_due(self, loop_now());
    }
}

/* ---- turns ----------------------------------------------------------------------------------- */

static void
arm(loop *self)
{
    int64_t next = timers_next(&self->timers);
    struct itimerspec when = {.it_value = {next / 1000000000, next % 1000000000}};

    if (next < self->armed &&
        timerfd_settime(self->timer_descriptor, TFD_TIMER_ABSTIME, &when, NULL) == 0) {
        self->armed = next;
    }
}

/* Gives memory back after a burst. */
static void
plan_to_trim(loop *self)
{
    if (self->trimming.place == 0 && self->stacks.n_free > self->stacks.n_cold + STACKS_KEPT) {
        (void)timers_add(&self->timers, &self->trimming, loop_now() + TRIM_AFTER);
    }
}

/* Whether there is nothing to do until the descriptor is readable. */
static bool
settle(loop *self)
{
    if (!loop_is_idle(self)) {
        return false;
    }
    plan_to_trim(self);
    arm(self);
    return fall_asleep(self);
}

void
loop_turn(loop *self)
{
    int64_t end = loop_now() + LOOP_TURN_MAX;

    atomic_store_explicit(&self->thread, pthread_self(), memory_order_relaxed);
    take_events(self, 0);
    self->awake = true;
    do {
        look_around(self);
        loop_run_ready(self);
        if (settle(self)) {
            self->awake = false;
            return;
        }
    } while (loop_now() < end);
    loop_ring(self); /* the host goes first, then we go on */
}

static bool
is_done(const loop *self)
{
    return self->stopping && self->n_coroutines == 0 && self->pending == NULL;
}

void
loop_run(loop *self)
{
    atomic_store_explicit(&self->thread, pthread_self(), memory_order_relaxed);
    self->awake = true;
    look_around(self);
    while (!is_done(self)) {
        loop_run_ready(self);
        if (!is_done(self) && settle(self)) {
            take_events(self, -1);
        }
        look_around(self);
    }
}

static void
take_stop(loop *self, loop_message *message)
{
    (void)message;
    self->stopping = true;
}

void
loop_stop(loop *self)
{
    self->stop.take = take_stop;
    loop_send(self, &self->stop);
}

int
loop_descriptor(const loop *self)
{
    return self->epoll;
}

/* ---- life ------------------------------------------------------------------------------------ */

static int
watch_own(const loop *self, int descriptor, uint64_t data)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = data};

    return epoll_ctl(self->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static void
close_all(loop *self)
{
    int descriptors[] = {self->epoll, self->timer_descriptor, self->bell};

    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++) {
        if (descriptors[i] >= 0) {
            (void)close(descriptors[i]);
        }
    }
}

static int
open_all(loop *self)
{
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    self->timer_descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    self->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->epoll < 0 || self->timer_descriptor < 0 || self->bell < 0 ||
        watch_own(self, self->timer_descriptor, DATA_TIMER) != 0 ||
        watch_own(self, self->bell, DATA_BELL) != 0) {
        int error = errno;

        close_all(self);
        return error;
    }
    return 0;
}

int
loop_init(loop *self, const loop_options *options)
{
    int error;

    memset(self, 0, sizeof *self);
    self->options = *options;
    self->slow = options->slow > 0 ? options->slow : INT64_MAX;
    self->slice_clock = self->slow >= COARSE_FROM ? CLOCK_MONOTONIC_COARSE : CLOCK_MONOTONIC;
    self->armed = TIMERS_NEVER;
    error = open_all(self);
    if (error != 0) {
        return error;
    }
    if (!stack_pool_init(&self->stacks, options->stack_size, options->max_coroutines,
                         options->guard)) {
        close_all(self);
        return ENOMEM;
    }
    self->stacks.forget = SANITIZE_THREAD ? coroutine_forget : NULL;
    timers_init(&self->timers);
    (void)fall_asleep(self);
    return 0;
}

void
loop_deinit(loop *self)
{
    take_messages(self); /* of senders that came too late */
    timers_deinit(&self->timers);
    watches_deinit(&self->watches);
    stack_pool_deinit(&self->stacks);
    close_all(self);
}
