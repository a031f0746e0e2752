/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

static int64_t
read_clock(clockid_t id)
{
    struct timespec at;

    clock_gettime(id, &at);
    return (int64_t)at.tv_sec * EXECZ_SECOND + at.tv_nsec;
}

static execz_time
system_now(const ez_clock *self)
{
    (void)self;
    return read_clock(CLOCK_REALTIME);
}

static int64_t
system_monotonic(const ez_clock *self)
{
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

const ez_clock *
ez_clock_system(void)
{
    static const ez_clock clock = {system_now, system_monotonic};

    return &clock;
}
