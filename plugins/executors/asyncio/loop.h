/* SPDX-License-Identifier: MIT */
/* The event loop: runs coroutines that are ready, and learns what wakes those that wait.
 *
 * One thread at a time drives it, its own (loop_run) or a host's that watches loop_descriptor() and
 * calls loop_turn() when that is readable.  "[loop]" means this thread.  Other threads reach it by
 * messages. */
#ifndef ASYNCIO_LOOP_H
#define ASYNCIO_LOOP_H

#include "coroutine.h"
#include "stack.h"
#include "timers.h"
#include "watch.h"

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#define LOOP_CACHE_LINE 64

/* From another thread; embedded in what is sent, and the sender's until taken. */
typedef struct loop_message {
    struct loop_message *next;
    void (*take)(loop *self, struct loop_message *message); /* [loop] */
} loop_message;

typedef struct loop_options {
    size_t stack_size;
    uint32_t max_coroutines;
    enum stack_guard guard;
    int64_t slow; /* a coroutine that holds the loop longer is reported; 0: none is */
    void (*report_slow)(void *user, const coroutine *one, int64_t duration); /* [loop] */
    /* Makes a coroutine of the first that is pending, by loop_begin(); [loop] */
    coroutine *(*begin)(loop *self);
    /* Takes the owner of one that was nobody's child, when it has ended, was reported if it was slow,
     * and has given its stack back; or NULL; [loop] */
    void (*end)(loop *self, void *owner);
    void *user;
    const char *(*name)(const coroutine *one); /* for people; may be called by a signal handler */
} loop_options;

struct loop {
    /* Of those who send; the rest of this cache line is fixed. */
    _Alignas(LOOP_CACHE_LINE) _Atomic(loop_message *) inbox; /* newest first; or a sleeper's mark */
    int epoll;                                               /* owned, as the next two */
    int timer_descriptor;
    int bell;
    struct pool *pool; /* where what blocks is run; borrowed */
    loop_options options;

    /* [loop], and what each resume touches first */
    context context;              /* where it goes on when a coroutine leaves the thread */
    _Atomic(coroutine *) current; /* read by a signal handler too */
    _Atomic pthread_t thread;     /* who drives it */
    coroutine *ready, *last_ready;
    void *pending; /* runs that wait to begin: of options.begin; NULL: none */
    int64_t slice; /* when the last coroutine came back, by slice_clock */
    int64_t slow;  /* INT64_MAX: never */
    int64_t armed; /* what timer_descriptor is set to; TIMERS_NEVER: nothing */
    int slice_clock;
    bool awake; /* it will look at the queue without being rung for */
    bool stopping;
    loop_message stop;
    timers timers;
    stack_pool stacks;
    watches watches;
    uint32_t n_coroutines; /* started and not freed */
    timer trimming;

#if SANITIZE_ADDRESS
    void *fake_stack;
    const void *thread_stack;
    size_t thread_stack_length;
#endif
#if SANITIZE_THREAD
    void *fiber;
#endif
};

/* 0 or an errno, and then nothing is left behind. */
int loop_init(loop *self, const loop_options *options);

/* No coroutine is left, and no other thread knows it. */
void loop_deinit(loop *self);

/* Readable when a turn is due. */
int loop_descriptor(const loop *self);

/* Does what there is to do, for about a millisecond at most.  [loop] */
void loop_turn(loop *self);

/* Turns until loop_stop() was called and no coroutine is left.  [loop, for that time] */
void loop_run(loop *self);

/* Once.  [any-thread] */
void loop_stop(loop *self);

/* Hands message->take() to the loop, in the order of one sender's calls.  [any-thread] */
void loop_send(loop *self, loop_message *message);

/* A coroutine on a stack that was reserved, which the caller puts into the queue, or lets run.  What
 * is only to begin is better kept pending until its turn: if it ends without waiting, the next one
 * begins on the same stack, which is in the cache.  [loop] */
coroutine *loop_begin(loop *self, void (*entry)(coroutine *one), void *owner);

/* Makes sure that something pending is looked at.  [loop] */
void loop_look(loop *self);

/* Starts a coroutine on a stack that was reserved; it runs at the next turn.  [loop] */
coroutine *loop_start(loop *self, void (*entry)(coroutine *one), void *owner);

/* Gives back a coroutine that has ended.  [loop] */
void loop_free(loop *self, coroutine *one);

/* Puts one that is not in the queue to its end.  [loop] */
void loop_push_ready(loop *self, coroutine *one);

/* Ends the wait of one, which then returns result; nothing if it does not wait.  [loop] */
void loop_wake(loop *self, coroutine *one, int32_t result);

/* The same unless it waits for something that cannot be called off; a yield returns it too.  [loop] */
void loop_interrupt(loop *self, coroutine *one, int32_t result);

/* Has `one`, which is about to wait, woken with result when timeout is over (< 0: never).  False if
 * there is no memory.  [one] */
bool loop_set_timer(loop *self, coroutine *one, int64_t timeout, int32_t result);

static inline int64_t
loop_read_clock(int clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static inline int64_t
loop_now(void)
{
    return loop_read_clock(CLOCK_MONOTONIC);
}

/* ---- between the loop's halves --------------------------------------------------------------- */

#define LOOP_TURN_MAX INT64_C(1000000) /* ns */

/* Makes the descriptor readable.  [any-thread] */
void loop_ring(loop *self);

/* Lets some of those that are ready run, or begin.  [loop] */
void loop_run_ready(loop *self);
bool loop_is_idle(const loop *self);

#endif
