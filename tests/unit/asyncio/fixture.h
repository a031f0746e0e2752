/* SPDX-License-Identifier: MIT */
/* A loop on the test's own thread, and a pool as a started executor has it. */
#ifndef TESTS_ASYNCIO_FIXTURE_H
#define TESTS_ASYNCIO_FIXTURE_H

#include "loop.h"
#include "pool.h"
#include "waiter.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MS EXECZ_MILLISECOND

/* The thread sanitizer has room for 8000 stacks; the others are slow. */
#if SANITIZE_ADDRESS || SANITIZE_THREAD
#define MANY 1000
#else
#define MANY 20000
#endif

extern loop on;

/* Waits of one, as its body calls them. */
#define SLEEP(one, duration) (one)->waiter.sleep((one)->waiter.self, (duration))
#define WAIT_FD(one, fd, events, timeout)                                                          \
    (one)->waiter.wait_fd((one)->waiter.self, (fd), (events), (timeout))
#define YIELD(one) (one)->waiter.yield((one)->waiter.self)
#define OFFLOAD(one, function, argument)                                                           \
    (one)->waiter.offload((one)->waiter.self, (function), (argument))
#define SPAWN(one, entry, argument, child_out)                                                     \
    (one)->waiter.spawn((one)->waiter.self, (entry), (argument), (child_out))
#define JOIN(one, child, timeout) (one)->waiter.join((one)->waiter.self, (child), (timeout))
#define CANCEL(one, child) (one)->waiter.cancel((one)->waiter.self, (child))

/* What options_default() gives: stacks of 64 KiB, nobody is slow. */
loop_options options_default(void);

/* `on`, with a pool of two threads. */
void loop_set_up_with(const loop_options *options);
void loop_set_up(void);
void loop_tear_down(void);

/* Starts body as a coroutine of its own. */
coroutine *start(void (*body)(coroutine *self));

/* Turns until the last coroutine has ended. */
void run_all(void);

/* Both. */
void run_one(void (*body)(coroutine *self));

#endif
