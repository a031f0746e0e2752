/* SPDX-License-Identifier: MIT */
#include "trigger/field.h"

#include <stddef.h>

#define YEAR_MAX 9999

const char *const ez_field_names[EZ_FIELDS] = {
    "year", "month", "day", "week", "day_of_week", "hour", "minute", "second",
};

const char *const ez_weekday_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};

static const ez_domain domains[EZ_FIELDS] = {
    [EZ_FIELD_YEAR] = {EZ_YEAR_FIRST, YEAR_MAX, NULL, 0},
    [EZ_FIELD_MONTH] = {1, 12, month_names, 12},
    [EZ_FIELD_DAY] = {1, 31, NULL, 0},
    [EZ_FIELD_WEEK] = {1, 53, NULL, 0},
    [EZ_FIELD_DAY_OF_WEEK] = {0, 6, ez_weekday_names, 7},
    [EZ_FIELD_HOUR] = {0, 23, NULL, 0},
    [EZ_FIELD_MINUTE] = {0, 59, NULL, 0},
    [EZ_FIELD_SECOND] = {0, 59, NULL, 0},
};

const ez_domain *
ez_field_domain(ez_field field)
{
    return &domains[field];
}

int
ez_field_number(ez_field field, ez_dialect dialect, int name)
{
    if (field == EZ_FIELD_DAY_OF_WEEK && dialect == EZ_DIALECT_CRONTAB) {
        return (name + 1) % 7;
    }
    return name + domains[field].min;
}

int
ez_weekday_of_number(ez_dialect dialect, int number)
{
    return dialect == EZ_DIALECT_CRONTAB ? (number + 6) % 7 : number;
}

static void
add_year(ez_values *values, int year)
{
    int bit = year - EZ_YEAR_FIRST;

    if (year <= EZ_YEAR_LAST) {
        values->years[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

void
ez_field_add(ez_field field, ez_dialect dialect, int number, ez_values *values)
{
    uint64_t *const sets[EZ_FIELDS] = {
        [EZ_FIELD_MONTH] = &values->months,         [EZ_FIELD_WEEK] = &values->weeks,
        [EZ_FIELD_HOUR] = &values->times.hours,     [EZ_FIELD_MINUTE] = &values->times.minutes,
        [EZ_FIELD_SECOND] = &values->times.seconds,
    };

    if (field == EZ_FIELD_YEAR) {
        add_year(values, number);
    } else if (field == EZ_FIELD_DAY) {
        values->day.of_month |= UINT32_C(1) << number;
    } else if (field == EZ_FIELD_DAY_OF_WEEK) {
        values->day_of_week.weekday[ez_weekday_of_number(dialect, number)] |= EZ_EACH_WEEKDAY;
    } else {
        *sets[field] |= UINT64_C(1) << number;
    }
}
