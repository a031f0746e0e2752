/* SPDX-License-Identifier: MIT */
#include "trigger/recurrence.h"

#include "trigger/days.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int64_t
day(int year, int month, int date)
{
    return ez_days_of_date((ez_date){year, month, date});
}

static ez_recurrence
recur(int64_t first, int64_t months, int64_t days)
{
    ez_recurrence self = {.first = first, .months = months, .days = days};

    ez_recurrence_init(&self);
    return self;
}

Test(recurrence, steps_of_days_are_arithmetic)
{
    ez_recurrence weekly = recur(day(2027, 1, 1), 0, 7);
    int64_t date = 0;

    cr_expect(eq(i64, ez_recurrence_find(&weekly, day(2026, 12, 31)), -1));
    cr_expect(eq(i64, ez_recurrence_find(&weekly, day(2027, 1, 14)), 1));
    cr_expect(ez_recurrence_date(&weekly, 2, &date) && date == day(2027, 1, 15));
    ez_recurrence_clear(&weekly);
}

Test(recurrence, a_month_without_such_a_day_has_no_date)
{
    ez_recurrence monthly = recur(day(2027, 1, 31), 1, 0);
    int64_t date = 0;

    cr_expect(not(ez_recurrence_date(&monthly, 1, &date)));
    cr_expect(ez_recurrence_date(&monthly, 2, &date) && date == day(2027, 3, 31));
    cr_expect(eq(i64, ez_recurrence_find(&monthly, day(2027, 3, 1)), 2), "it is in that month");
    ez_recurrence_clear(&monthly);
}

Test(recurrence, months_and_days_go_on_from_the_date_before)
{
    ez_recurrence both = recur(day(2016, 1, 29), 1, 2);
    int64_t date = 0;

    cr_expect(ez_recurrence_date(&both, 1, &date) && date == day(2016, 3, 2));
    cr_expect(ez_recurrence_date(&both, 2, &date) && date == day(2016, 4, 4));
    cr_expect(eq(i64, ez_recurrence_find(&both, day(2016, 4, 3)), 1));
    cr_expect(eq(i64, ez_recurrence_find(&both, INT64_MAX), (int64_t)both.n_dates - 1));
    ez_recurrence_clear(&both);
}

Test(recurrence, ends_with_time)
{
    ez_recurrence daily = recur(0, 0, 1);

    cr_expect(eq(i64, ez_recurrence_find(&daily, INT64_MAX), 106651));
    cr_expect(eq(i64, ez_recurrence_find(&daily, INT64_MIN), -1));
    ez_recurrence_clear(&daily);
}
