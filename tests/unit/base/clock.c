/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(clock, the_monotonic_clock_never_goes_back)
{
    const ez_clock *clock = ez_clock_system();
    int64_t before = ez_clock_monotonic(clock);

    for (int i = 0; i < 1000; i++) {
        int64_t now = ez_clock_monotonic(clock);

        cr_assert(ge(i64, now, before));
        before = now;
    }
}

Test(clock, the_wall_clock_counts_nanoseconds_since_1970)
{
    execz_time now = ez_clock_now(ez_clock_system());

    cr_expect(gt(i64, now, 1700000000 * EXECZ_SECOND));
    cr_expect(lt(i64, now, 7258118400 * EXECZ_SECOND));
}

Test(clock, is_never_more_than_a_microsecond_behind)
{
    for (int i = 0; i < 100000; i++) {
        struct timespec exact;

        clock_gettime(CLOCK_REALTIME, &exact);
        cr_assert(ge(i64, ez_clock_now(ez_clock_system()),
                     exact.tv_sec * EXECZ_SECOND + exact.tv_nsec - EXECZ_MICROSECOND));
    }
}

Test(clock, the_coarse_clock_is_the_monotonic_one_a_few_milliseconds_late)
{
    int64_t before = ez_clock_coarse();
    int64_t exact = ez_clock_monotonic(ez_clock_system());
    int64_t after = ez_clock_coarse();

    cr_expect(le(i64, before, exact));
    cr_expect(ge(i64, after, exact - 100 * EXECZ_MILLISECOND));
}
