/* SPDX-License-Identifier: MIT */
/* A clock whose hands a test turns while threads of executors look at it. */
#ifndef EZ_TESTS_FAKE_CLOCK_H
#define EZ_TESTS_FAKE_CLOCK_H

#include "base/clock.h"

#include <stdatomic.h>

typedef struct fake_clock {
    ez_clock clock; /* first */
    _Atomic(execz_time) now;
    _Atomic(int64_t) monotonic;
} fake_clock;

static inline execz_time
fake_now(const ez_clock *self)
{
    return ((const fake_clock *)(const void *)self)->now;
}

static inline int64_t
fake_monotonic(const ez_clock *self)
{
    return ((const fake_clock *)(const void *)self)->monotonic;
}

/* It is midnight at the beginning of 2027, UTC. */
static inline fake_clock
fake_clock_new(void)
{
    return (fake_clock){{fake_now, fake_monotonic}, 1798761600 * EXECZ_SECOND, EXECZ_HOUR};
}

/* Time passes. */
static inline void
fake_clock_advance(fake_clock *self, execz_duration duration)
{
    self->now += duration;
    self->monotonic += duration;
}

#endif
