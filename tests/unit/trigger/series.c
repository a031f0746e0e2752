/* SPDX-License-Identifier: MIT */
#include "trigger/series.h"

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define LONG (EXECZ_DAY * 36525) /* the longest interval there is */

Test(series, ends_inclusively)
{
    ez_series series = {10, 5, 20};
    execz_time last = 0;

    cr_expect(eq(i64, ez_series_next(&series, INT64_MIN), 10));
    cr_expect(eq(i64, ez_series_next(&series, 10), 15));
    cr_expect(eq(i64, ez_series_next(&series, 19), 20));
    cr_expect(eq(i64, ez_series_next(&series, 20), EXECZ_TIME_NEVER));
    cr_expect(not(ez_series_last(&series, 9, &last)));
    cr_expect(ez_series_last(&series, 14, &last) && last == 10);
    cr_expect(ez_series_last(&series, INT64_MAX, &last) && last == 20);
    cr_expect(eq(u64, ez_series_count(&series, INT64_MIN, INT64_MAX), 3));
}

Test(series, may_be_one_point_or_empty)
{
    ez_series point = {10, 0, 20}, empty = {10, 5, 9}, far = {EXECZ_TIME_NEVER, 5, INT64_MAX};
    execz_time last = 0;

    cr_expect(eq(i64, ez_series_next(&point, 9), 10));
    cr_expect(eq(i64, ez_series_next(&point, 10), EXECZ_TIME_NEVER));
    cr_expect(ez_series_last(&point, 99, &last) && last == 10);
    cr_expect(eq(u64, ez_series_count(&point, 0, 99), 1));
    cr_expect(eq(i64, ez_series_next(&empty, 0), EXECZ_TIME_NEVER));
    cr_expect(not(ez_series_last(&empty, 99, &last)));
    cr_expect(eq(i64, ez_series_next(&far, 0), EXECZ_TIME_NEVER));
    cr_expect(not(ez_series_last(&far, INT64_MAX, &last)));
}

/* The points of both, one by one. */
static void
expect_met(const ez_series *a, const ez_series *b)
{
    ez_series common = {0, 0, -1};
    bool meet = ez_series_meet(a, b, &common);
    execz_time at = -1;

    for (execz_time i = 0; i < 3000; i++) {
        bool fires = ez_series_count(a, i - 1, i) == 1 && ez_series_count(b, i - 1, i) == 1;

        if (fires) {
            at = ez_series_next(&common, at);
            cr_expect(meet && at == i, "%ld+%ldn meets %ld+%ldn at %ld", a->first, a->length,
                      b->first, b->length, i);
        }
    }
    cr_expect(not(meet && ez_series_next(&common, at) < 3000));
}

Test(series, meets_another_one_exactly_where_both_are)
{
    g_autoptr(GRand) dice = g_rand_new_with_seed(1);

    for (int i = 0; i < 3000; i++) {
        ez_series a = {g_rand_int_range(dice, 0, 200), g_rand_int_range(dice, 0, 40),
                       g_rand_int_range(dice, 100, 3000)};
        ez_series b = {g_rand_int_range(dice, 0, 200), g_rand_int_range(dice, 0, 40),
                       g_rand_int_range(dice, 100, 3000)};

        expect_met(&a, &b);
    }
}

Test(series, lengths_without_a_common_divisor_meet_within_all_of_time_or_once)
{
    ez_series a = {0, 1000003, INT64_MAX}, b = {1, 1000033, INT64_MAX};
    ez_series c = {7, LONG, INT64_MAX}, d = {7, LONG - 1, INT64_MAX}, e = {6, LONG - 1, INT64_MAX};
    ez_series common;

    cr_assert(ez_series_meet(&a, &b, &common));
    cr_expect(all(eq(i64, common.first % a.length, 0), eq(i64, common.first % b.length, 1)));
    cr_expect(eq(i64, common.length, a.length * b.length));
    cr_assert(ez_series_meet(&c, &d, &common));
    cr_expect(all(eq(i64, common.first, 7), eq(i64, common.length, 0)));
    cr_expect(not(ez_series_meet(&c, &e, &common)), "not before time ends");
}

Test(series, what_differs_by_no_common_divisor_never_meets)
{
    ez_series even = {0, 2, INT64_MAX}, odd = {1, 2, INT64_MAX}, common;

    cr_expect(not(ez_series_meet(&even, &odd, &common)));
    cr_expect(ez_series_meet(&even, &even, &common));
}

Test(series, multiples_begin_in_1970)
{
    ez_series seconds = ez_series_of_multiples(EXECZ_SECOND);

    cr_expect(eq(i64, ez_series_next(&seconds, -1), 0));
    cr_expect(eq(i64, ez_series_next(&seconds, 0), EXECZ_SECOND));
}
