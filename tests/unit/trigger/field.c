/* SPDX-License-Identifier: MIT */
#include "trigger/field.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(field, a_name_is_a_number_of_its_field)
{
    cr_expect(eq(int, ez_field_number(EZ_FIELD_MONTH, EZ_DIALECT_CRON, 0), 1));
    cr_expect(eq(int, ez_field_number(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRON, 0), 0));
    cr_expect(eq(int, ez_field_number(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRONTAB, 0), 1));
    cr_expect(eq(int, ez_field_number(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRONTAB, 6), 0));
}

Test(field, a_weekday_counts_from_monday_whatever_its_number_does)
{
    cr_expect(eq(int, ez_weekday_of_number(EZ_DIALECT_CRON, 6), 6));
    cr_expect(eq(int, ez_weekday_of_number(EZ_DIALECT_CRONTAB, 0), 6));
    cr_expect(eq(int, ez_weekday_of_number(EZ_DIALECT_CRONTAB, 1), 0));
}

Test(field, a_number_is_added_to_what_its_field_names)
{
    ez_values values = {0};

    for (int field = 0; field < EZ_FIELDS; field++) {
        ez_field_add((ez_field)field, EZ_DIALECT_CRON, ez_field_domain((ez_field)field)->min,
                     &values);
    }
    cr_expect(eq(u64, values.years[0], 1));
    cr_expect(eq(u64, values.months, 2));
    cr_expect(eq(u32, values.day.of_month, 2));
    cr_expect(eq(u64, values.weeks, 2));
    cr_expect(eq(u8, values.day_of_week.weekday[0], EZ_EACH_WEEKDAY));
    cr_expect(values.times.hours == 1 && values.times.minutes == 1 && values.times.seconds == 1);
}

Test(field, a_year_too_far_away_is_left_out)
{
    ez_values values = {0};

    ez_field_add(EZ_FIELD_YEAR, EZ_DIALECT_CRON, EZ_YEAR_LAST + 1, &values);
    ez_field_add(EZ_FIELD_YEAR, EZ_DIALECT_CRON, 9999, &values);
    for (int i = 0; i < EZ_YEAR_WORDS; i++) {
        cr_expect(eq(u64, values.years[i], 0));
    }
}
