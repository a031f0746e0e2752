/* SPDX-License-Identifier: MIT */
#include "trigger/pattern.h"

#include "trigger/bits.h"
#include "trigger/days.h"
#include "trigger/expression.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>

/* The fields of a schedule; NULL is "*". */
typedef struct written {
    const char *year, *month, *day, *week, *day_of_week, *hour, *minute, *second;
    bool either_day;
} written;

static ez_pattern
pattern_of(const written *in)
{
    const char *texts[EZ_FIELDS] = {in->year,        in->month, in->day,    in->week,
                                    in->day_of_week, in->hour,  in->minute, in->second};
    ez_values values = {.either_day = in->either_day};
    ez_pattern pattern;
    size_t offset;

    for (int field = 0; field < EZ_FIELDS; field++) {
        const char *text = texts[field] != NULL ? texts[field] : "*";

        cr_assert(eq(
            int, ez_expression_read((ez_field)field, EZ_DIALECT_CRON, text, &values, &offset, NULL),
            EXECZ_OK));
    }
    ez_pattern_init(&pattern, &values);
    return pattern;
}

static int64_t
wall_of(int year, int month, int day, int hour, int minute, int second)
{
    return ez_days_of_date((ez_date){year, month, day}) * EZ_DAY_SECONDS + hour * 3600 +
           minute * 60 + second;
}

/* The dates in a month and year on which a pattern fires at midnight, as bits from 0. */
static uint32_t
days_in(const written *in, int year, int month)
{
    ez_pattern pattern = pattern_of(in);
    uint32_t days = 0;

    for (int day = 1; day <= ez_month_length(year, month); day++) {
        int64_t wall = wall_of(year, month, day, 0, 0, 0);

        days |= (uint32_t)(ez_pattern_next(&pattern, wall) == wall) << (day - 1);
    }
    return days;
}

static void
expect_next(const written *in, int64_t from, int64_t expected)
{
    ez_pattern pattern = pattern_of(in);

    cr_expect(eq(i64, ez_pattern_next(&pattern, from), expected));
    if (expected != EZ_WALL_NONE) {
        cr_expect(eq(i64, ez_pattern_last(&pattern, expected), expected));
        cr_expect(eq(u64, ez_pattern_count(&pattern, from, expected), 0));
        cr_expect(eq(u64, ez_pattern_count(&pattern, from, expected + 1), 1));
    }
}

Test(pattern, fields_of_a_day_are_met_together)
{
    expect_next(&(written){.hour = "2", .minute = "30", .second = "0"},
                wall_of(2027, 3, 14, 2, 30, 1), wall_of(2027, 3, 15, 2, 30, 0));
    expect_next(&(written){.hour = "9-17", .minute = "*/20", .second = "5"},
                wall_of(2027, 3, 14, 17, 40, 6), wall_of(2027, 3, 15, 9, 0, 5));
    expect_next(&(written){.second = "0"}, wall_of(2027, 12, 31, 23, 59, 1),
                wall_of(2028, 1, 1, 0, 0, 0));
}

Test(pattern, a_leap_day_is_found_across_a_century)
{
    written leap = {.month = "2", .day = "29", .hour = "0", .minute = "0", .second = "0"};

    expect_next(&leap, wall_of(2096, 2, 29, 0, 0, 1), wall_of(2104, 2, 29, 0, 0, 0));
}

Test(pattern, the_last_year_ends_the_search)
{
    written yearly = {.month = "1", .day = "1", .hour = "0", .minute = "0", .second = "0"};

    expect_next(&yearly, wall_of(2261, 1, 1, 0, 0, 0), wall_of(2261, 1, 1, 0, 0, 0));
    expect_next(&yearly, wall_of(2261, 1, 1, 0, 0, 1), EZ_WALL_NONE);
    expect_next(&yearly, wall_of(2262, 2, 1, 0, 0, 1), EZ_WALL_NONE);
    expect_next(&yearly, -EZ_DAY_SECONDS, 0);
}

Test(pattern, what_no_calendar_has_is_never_found)
{
    expect_next(&(written){.month = "2", .day = "30"}, 0, EZ_WALL_NONE);
    expect_next(&(written){.day = "2nd tue", .day_of_week = "sat"}, 0, EZ_WALL_NONE);
    expect_next(&(written){.year = "2300"}, 0, EZ_WALL_NONE);
}

/* May 2027 begins on a Saturday. */
Test(pattern, weekdays_are_counted_within_a_month)
{
    cr_expect(eq(u32, days_in(&(written){.day = "1st sat"}, 2027, 5), 1));
    cr_expect(eq(u32, days_in(&(written){.day = "1st fri,5th sun"}, 2027, 5), 0x20000040));
    cr_expect(eq(u32, days_in(&(written){.day = "last mon,last"}, 2027, 5), 0x40000000));
    cr_expect(eq(u32, days_in(&(written){.day = "last tue"}, 2027, 5), 0x01000000));
    cr_expect(eq(u32, days_in(&(written){.day = "5th tue"}, 2027, 5), 0));
}

Test(pattern, both_days_or_either)
{
    written both = {.day = "13", .day_of_week = "fri"};
    written either = {.day = "13", .day_of_week = "fri", .either_day = true};

    cr_expect(eq(u32, days_in(&both, 2027, 8), 1 << 12));
    cr_expect(eq(u32, days_in(&both, 2027, 5), 0));
    cr_expect(eq(u32, days_in(&either, 2027, 5), 1 << 12 | 1 << 6 | 1 << 13 | 1 << 20 | 1 << 27));
}

/* 2026-12-28 to 2027-01-03 is the week 53 of 2026, which has one. */
Test(pattern, weeks_cross_the_end_of_a_year)
{
    cr_expect(eq(u32, days_in(&(written){.week = "53"}, 2026, 12), 0x78000000));
    cr_expect(eq(u32, days_in(&(written){.week = "53"}, 2027, 1), 0x7));
    cr_expect(eq(u32, days_in(&(written){.week = "1"}, 2027, 1), 0x3f8));
    cr_expect(eq(u32, days_in(&(written){.week = "1"}, 2024, 12), 0x60000000));
}

/* Patterns over which all three answers are checked day by day. */
static const written samples[] = {
    {.hour = "2", .minute = "30", .second = "0"},
    {.day = "31", .hour = "*/7", .minute = "0", .second = "0"},
    {.day = "last,1st mon", .day_of_week = "mon-fri", .hour = "0", .minute = "0", .second = "0"},
    {.month = "2,11", .day = "29-31", .hour = "1", .minute = "1", .second = "1"},
    {.year = "2028,2031-2040/3", .week = "1,52-53", .hour = "0", .minute = "0", .second = "0"},
    {.day = "1", .day_of_week = "sun", .either_day = true, .hour = "23", .minute = "59"},
};

static void
expect_walk(const written *in, int64_t first_day, int64_t n_days)
{
    ez_pattern pattern = pattern_of(in);
    int64_t begin = first_day * EZ_DAY_SECONDS, last = ez_pattern_last(&pattern, begin - 1);
    uint64_t n = 0;

    for (int64_t wall = begin; wall < begin + n_days * EZ_DAY_SECONDS; wall++) {
        int64_t next = ez_pattern_next(&pattern, wall);

        cr_assert(next == EZ_WALL_NONE || ez_pattern_last(&pattern, next) == next);
        cr_assert(ez_pattern_last(&pattern, wall - 1) == last, "before %" PRId64, wall);
        cr_assert(eq(u64, ez_pattern_count(&pattern, begin, wall), n));
        if (next == EZ_WALL_NONE) {
            return;
        }
        cr_assert(eq(u64, ez_pattern_count(&pattern, wall, next), 0));
        n++;
        last = wall = next;
    }
}

Test(pattern, next_last_and_count_agree)
{
    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
        expect_walk(&samples[i], ez_days_of_date((ez_date){2026, 12, 30}), 2000);
    }
}

/* Against one question for each second. */
static void
expect_twins(const written *in, int64_t begin, int64_t end, int64_t distance)
{
    ez_pattern pattern = pattern_of(in);
    uint64_t n = 0;

    for (int64_t wall = begin; wall < end; wall++) {
        n += ez_pattern_next(&pattern, wall) == wall &&
             ez_pattern_next(&pattern, wall + distance) == wall + distance;
    }
    cr_expect(eq(u64, ez_pattern_count_twins(&pattern, begin, end, distance), n));
}

Test(pattern, times_that_come_again_after_a_distance_are_counted)
{
    int64_t begin = wall_of(2027, 3, 14, 2, 0, 0);

    expect_twins(&(written){.second = "*/7"}, begin, begin + 3600, 3600);
    expect_twins(&(written){.hour = "2,3", .minute = "*/5", .second = "0"}, begin, begin + 3600,
                 1800);
    expect_twins(&(written){.hour = "2", .minute = "3-40", .second = "0"}, begin + 61, begin + 2000,
                 1800);
    expect_twins(&(written){.minute = "*/2", .second = "0,30"}, begin - 9000, begin + 9000, 2670);
    expect_twins(&(written){.day = "14", .minute = "0,30", .second = "0"}, begin, begin + 86400,
                 86400);
}
