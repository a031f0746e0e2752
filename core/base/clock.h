/* SPDX-License-Identifier: MIT */
/* Where time comes from.  Only the scheduler and the tools read it, through this table, so that a
 * test can turn the hands. */
#ifndef EZ_BASE_CLOCK_H
#define EZ_BASE_CLOCK_H

#include <execz/types.h>

typedef struct ez_clock ez_clock;

struct ez_clock {
    execz_time (*now)(const ez_clock *self);    /* wall clock, at most 1 us old */
    int64_t (*monotonic)(const ez_clock *self); /* nanoseconds; never steps */
};

/* The system's clocks. */
const ez_clock *ez_clock_system(void);

/* Monotonic, and cheaper than any other: it moves every few milliseconds, to tell what took long. */
int64_t ez_clock_coarse(void);

static inline execz_time
ez_clock_now(const ez_clock *self)
{
    return self->now(self);
}

static inline int64_t
ez_clock_monotonic(const ez_clock *self)
{
    return self->monotonic(self);
}

#endif
