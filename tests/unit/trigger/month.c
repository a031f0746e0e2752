/* SPDX-License-Identifier: MIT */
#include "trigger/month.h"

#include "trigger/days.h"
#include "trigger/expression.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>

/* The pattern of year, month, day and week; NULL is "*". */
static ez_pattern
pattern_of(const char *year, const char *month, const char *day, const char *week)
{
    const char *texts[EZ_FIELDS] = {year, month, day, week};
    ez_values values = {0};
    ez_pattern pattern;
    size_t offset;

    for (int field = 0; field < EZ_FIELDS; field++) {
        cr_assert(eq(int,
                     ez_expression_read((ez_field)field, EZ_DIALECT_CRON,
                                        texts[field] != NULL ? texts[field] : "*", &values, &offset,
                                        NULL),
                     EXECZ_OK));
    }
    ez_pattern_init(&pattern, &values);
    return pattern;
}

static int
number_of(int year, int month)
{
    return (year - EZ_YEAR_FIRST) * 12 + month - 1;
}

Test(month, one_is_found_by_a_day_or_by_its_number)
{
    ez_pattern pattern = pattern_of(NULL, NULL, "1,31", NULL);
    int64_t day = ez_days_of_date((ez_date){2027, 5, 17});
    int of_month = 0;
    ez_month month = ez_month_of_day(&pattern, day, &of_month);

    cr_expect(eq(int, of_month, 16));
    cr_expect(eq(int, month.number, number_of(2027, 5)));
    cr_expect(eq(i64, month.begin, day - 16));
    cr_expect(eq(u32, month.days, 0x40000001));
    month = ez_month_of_number(&pattern, number_of(2027, 6));
    cr_expect(eq(i64, month.begin, day + 15));
    cr_expect(eq(u32, month.days, 1));
}

Test(month, one_that_is_not_named_has_no_days)
{
    ez_pattern pattern = pattern_of("2027", "2", NULL, NULL);
    int of_month;

    cr_expect(eq(u32, ez_month_of_number(&pattern, number_of(2027, 2)).days, 0xfffffff));
    cr_expect(eq(u32, ez_month_of_number(&pattern, number_of(2027, 3)).days, 0));
    cr_expect(eq(u32, ez_month_of_number(&pattern, number_of(2028, 2)).days, 0));
    cr_expect(eq(u32, ez_month_of_day(&pattern, -1, &of_month).days, 0));
    cr_expect(eq(u32, ez_month_of_number(&pattern, EZ_MONTHS).days, 0));
}

Test(month, the_next_and_the_last_one_are_named_in_years_that_are)
{
    ez_pattern pattern = pattern_of("1971,2050-2060/5", "3,11", NULL, NULL);

    cr_expect(eq(int, ez_month_next(&pattern, 0), number_of(1971, 3)));
    cr_expect(eq(int, ez_month_next(&pattern, number_of(1971, 3)), number_of(1971, 3)));
    cr_expect(eq(int, ez_month_next(&pattern, number_of(1971, 4)), number_of(1971, 11)));
    cr_expect(eq(int, ez_month_next(&pattern, number_of(1971, 12)), number_of(2050, 3)));
    cr_expect(eq(int, ez_month_next(&pattern, number_of(2060, 12)), EZ_MONTHS));
    cr_expect(eq(int, ez_month_next(&pattern, EZ_MONTHS), EZ_MONTHS));
    cr_expect(eq(int, ez_month_last(&pattern, EZ_MONTHS - 1), number_of(2060, 11)));
    cr_expect(eq(int, ez_month_last(&pattern, number_of(2060, 10)), number_of(2060, 3)));
    cr_expect(eq(int, ez_month_last(&pattern, number_of(2050, 2)), number_of(1971, 11)));
    cr_expect(eq(int, ez_month_last(&pattern, number_of(1971, 2)), -1));
    cr_expect(eq(int, ez_month_last(&pattern, -1), -1));
}

/* Each day of 292 years against the calendar. */
Test(month, weeks_are_those_of_the_calendar)
{
    ez_pattern pattern = pattern_of(NULL, NULL, NULL, "1,2,27,52,53");

    for (int64_t day = 0; day < 106651; day++) {
        int of_month, week = ez_week(day);
        ez_month month = ez_month_of_day(&pattern, day, &of_month);
        bool expected = week <= 2 || week == 27 || week >= 52;

        cr_assert(expected == (month.days >> of_month & 1), "day %d", (int)day);
    }
}
