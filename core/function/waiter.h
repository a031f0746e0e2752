/* SPDX-License-Identifier: MIT */
/* How a body waits: within its run's deadline, and cancellable.
 *
 * Without an inner waiter a wait blocks the calling thread.  With one (an event loop's) the wait is
 * left to that, and this one adds the run's deadline, which the executor's waiter need not know. */
#ifndef EZ_FUNCTION_WAITER_H
#define EZ_FUNCTION_WAITER_H

#include "base/interrupt.h"

#include <execz/plugin.h>

typedef struct ez_waiter {
    execz_waiter table; /* hand out &table; its self is this */
    const execz_waiter *inner;
    ez_interrupt *interrupt; /* the run's */
    ez_interrupt *stop;      /* a child's own; NULL: none */
    int64_t deadline;        /* monotonic; EXECZ_NO_DEADLINE: none */
    int32_t
        stopped; /* what the run was first told: -ECANCELED, -ETIMEDOUT (its own deadline), or 0 */
    uint32_t forks; /* when it was made */
} ez_waiter;

/* inner may be NULL; it and interrupt are borrowed.  Nothing has to be released. */
void ez_waiter_init(ez_waiter *self, const execz_waiter *inner, ez_interrupt *interrupt,
                    int64_t deadline);

/* -ECANCELED or -ETIMEDOUT if self has to stop now, else 0. */
int32_t ez_waiter_check(ez_waiter *self);

/* Remembers what stopped the run, if result, of a wait, says that something did; returns result. */
int32_t ez_waiter_note(ez_waiter *self, int32_t result);

/* What is left of timeout (< 0: none) and of the run's deadline, for the inner waiter. */
execz_duration ez_waiter_nearer(const ez_waiter *self, execz_duration timeout);

/* The monotonic clock, and a point on it that lies timeout from now (< 0: EXECZ_NO_DEADLINE). */
int64_t ez_waiter_now(void);
int64_t ez_waiter_after(execz_duration timeout);

/* Blocks until fd is ready for events, interrupt (may be NULL) is raised, or the deadline passes.
 * Returns the events that are ready, or a negative errno. */
int32_t ez_waiter_poll(int fd, int32_t events, ez_interrupt *interrupt, int64_t deadline);

#endif
