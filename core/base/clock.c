/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "base/ticks.h"

#include <time.h>

static int64_t
read_clock(clockid_t id)
{
    struct timespec at;

    clock_gettime(id, &at);
    return (int64_t)at.tv_sec * EXECZ_SECOND + at.tv_nsec;
}

/* Who runs tasks that take no time asks all the time: what a thread has read within the last
 * microsecond is told again. */
static execz_time
system_now(const ez_clock *self)
{
    static _Thread_local struct {
        uint64_t ticks;
        execz_time time; /* 0: none yet */
    } last __attribute__((tls_model("initial-exec")));
    uint64_t ticks = ez_ticks();

    (void)self;
    if (last.time == 0 || ticks - last.ticks >= ez_ticks_in_a_moment()) {
        last.time = read_clock(CLOCK_REALTIME);
        last.ticks = ticks;
    }
    return last.time;
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

int64_t
ez_clock_coarse(void)
{
    return read_clock(CLOCK_MONOTONIC_COARSE);
}
