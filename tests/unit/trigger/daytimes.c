/* SPDX-License-Identifier: MIT */
#include "trigger/daytimes.h"

#include "trigger/bits.h"
#include "trigger/days.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>

#define ALL_HOURS (UINT64_C(0xffffff))
#define ALL_SIXTY (UINT64_C(0xfffffffffffffff))

static bool
matches(const ez_daytimes *times, int second)
{
    return ez_bits_has(times->hours, second / 3600) &&
           ez_bits_has(times->minutes, second / 60 % 60) &&
           ez_bits_has(times->seconds, second % 60);
}

/* Against a walk over the seconds of a day. */
static void
expect_day(const ez_daytimes *times)
{
    int last = -1;
    uint64_t n = 0;

    for (int second = 0; second < EZ_DAY_SECONDS; second++) {
        cr_assert(ez_daytimes_count(times, second) == n, "before %d", second);
        if (matches(times, second)) {
            cr_assert(ez_daytimes_next(times, last + 1) == second, "%d", second);
            cr_assert(n > 0 || ez_daytimes_earliest(times) == second);
            last = second;
            n++;
        }
        cr_assert(ez_daytimes_last(times, second) == last, "%d", second);
    }
    cr_expect(eq(u64, ez_daytimes_count(times, (int)EZ_DAY_SECONDS), n));
    cr_expect(eq(int, ez_daytimes_latest(times), last));
    cr_expect(last == EZ_DAY_SECONDS - 1 || ez_daytimes_next(times, last + 1) == -1);
}

Test(daytimes, every_second_of_a_day)
{
    expect_day(&(ez_daytimes){ALL_HOURS, ALL_SIXTY, ALL_SIXTY});
}

Test(daytimes, one_second_of_a_day)
{
    expect_day(&(ez_daytimes){1 << 0, 1 << 0, 1 << 0});
    expect_day(&(ez_daytimes){1 << 2, UINT64_C(1) << 30, 1 << 0});
    expect_day(&(ez_daytimes){1 << 23, UINT64_C(1) << 59, UINT64_C(1) << 59});
}

Test(daytimes, some_of_each)
{
    expect_day(&(ez_daytimes){0x40a001, 0x800000100010001, 0xc00000000000003});
    expect_day(&(ez_daytimes){0xfff000, 0x1, ALL_SIXTY});
    expect_day(&(ez_daytimes){ALL_HOURS, 0x10842108421, 0x8000});
}

Test(daytimes, an_hour_of_some_minutes_is_counted)
{
    cr_expect(eq(u64, ez_daytimes_count_hour(0x5, 0x3, 0), 0));
    cr_expect(eq(u64, ez_daytimes_count_hour(0x5, 0x3, 1), 1));
    cr_expect(eq(u64, ez_daytimes_count_hour(0x5, 0x3, 120), 2));
    cr_expect(eq(u64, ez_daytimes_count_hour(0x5, 0x3, 121), 3));
    cr_expect(eq(u64, ez_daytimes_count_hour(0x5, 0x3, 3600), 4));
}
