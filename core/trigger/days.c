/* SPDX-License-Identifier: MIT */
/* A year is counted from March on, so that the leap day is its last: then the day on which a month
 * begins is a linear function of the month, (153 * month + 2) / 5, and centuries and single years
 * are told by plain divisions.  An era is the 400 years after which the calendar repeats. */
#include "trigger/days.h"

#define ERA_YEARS 400
#define ERA_DAYS 146097
#define CENTURY_DAYS 36524
#define FOUR_YEARS_DAYS 1461
#define EPOCH 719468 /* days from 0000-03-01 to 1970-01-01 */

int64_t
ez_days_of_date(ez_date date)
{
    unsigned month = date.month > 2 ? (unsigned)date.month - 3 : (unsigned)date.month + 9;
    unsigned year = (unsigned)date.year + ERA_YEARS - (date.month <= 2);
    unsigned days = year * 365 + year / 4 - year / 100 + year / ERA_YEARS;

    return (int64_t)(days + (153 * month + 2) / 5 + (unsigned)date.day - 1) - EPOCH - ERA_DAYS;
}

ez_date
ez_date_of_days(int64_t days)
{
    unsigned day = (unsigned)(days + EPOCH + ERA_DAYS);
    unsigned era = day / ERA_DAYS;
    unsigned of_era = day % ERA_DAYS;
    unsigned year = (of_era - of_era / (FOUR_YEARS_DAYS - 1) + of_era / CENTURY_DAYS -
                     of_era / (ERA_DAYS - 1)) /
                    365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * of_year + 2) / 153;
    bool next_year = month >= 10;

    return (ez_date){
        .year = (int)(year + era * ERA_YEARS + next_year) - ERA_YEARS,
        .month = (int)(next_year ? month - 9 : month + 3),
        .day = (int)(of_year - (153 * month + 2) / 5) + 1,
    };
}

static bool
is_leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % ERA_YEARS == 0);
}

int
ez_month_length(int year, int month)
{
    if (month == 2) {
        return is_leap_year(year) ? 29 : 28;
    }
    return 30 + ((month + month / 8) & 1); /* 31 and 30 in turn, and once more from August on */
}

int
ez_weekday(int64_t days)
{
    return (int)((uint64_t)(days + EPOCH + 2) % 7); /* 0000-03-01 was a Wednesday */
}

int
ez_week(int64_t days)
{
    int64_t thursday = days - ez_weekday(days) + 3;
    int year = ez_date_of_days(thursday).year;

    return (int)(thursday - ez_days_of_date((ez_date){year, 1, 1})) / 7 + 1;
}
