/* SPDX-License-Identifier: MIT */
/* A year is counted from March on, so that the leap day is its last: then the day on which a month
 * begins is a linear function of the month, (153 * month + 2) / 5, and centuries and single years
 * are told by plain divisions.  An era is the 400 years after which the calendar repeats.
 *
 * The way back divides by multiplying, after Neri and Schneider, "Euclidean affine functions and
 * their application to calendar algorithms" (2021): each search for a run time begins with it. */
#include "trigger/days.h"

#define ERA_YEARS 400
#define ERA_DAYS 146097
#define EPOCH 719468       /* days from 0000-03-01 to 1970-01-01 */
#define YEAR_SCALE 2939745 /* 2^32 / 1461, rounded up: four years have 1461 days */
#define MONTH_SCALE 2141   /* 2^16 / 30.6: from March on 5 months have 153 days */
#define MARCH 197913       /* 3 * 2^16, and a little to round by */
#define MARCH_TO_DECEMBER 306

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
    uint32_t quarters = 4 * (uint32_t)(days + EPOCH + ERA_DAYS) + 3; /* of a day, as are these: */
    uint32_t century = quarters / ERA_DAYS, of_century = quarters % ERA_DAYS | 3;
    uint64_t scaled = (uint64_t)YEAR_SCALE * of_century; /* of_century / 1461 * 2^32 */
    uint32_t of_year = (uint32_t)scaled / YEAR_SCALE / 4;
    uint32_t month = MONTH_SCALE * of_year + MARCH; /* * 2^16 */
    bool next_year = of_year >= MARCH_TO_DECEMBER;

    return (ez_date){
        .year = (int)(100 * century + (uint32_t)(scaled >> 32) + next_year) - ERA_YEARS,
        .month = (int)(month >> 16) - (next_year ? 12 : 0),
        .day = (int)((month & 0xffff) / MONTH_SCALE) + 1,
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
