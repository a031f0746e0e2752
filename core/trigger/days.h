/* SPDX-License-Identifier: MIT */
/* The Gregorian calendar, as arithmetic: dates as days since 1970-01-01. */
#ifndef EZ_TRIGGER_DAYS_H
#define EZ_TRIGGER_DAYS_H

#include <stdbool.h>
#include <stdint.h>

#define EZ_DAY_SECONDS (INT64_C(24) * 60 * 60)

/* Month and day count from 1. */
typedef struct ez_date {
    int year, month, day;
} ez_date;

/* The year must not lie before 0. */
int64_t ez_days_of_date(ez_date date);

/* days must not lie before the year 0. */
ez_date ez_date_of_days(int64_t days);

/* How many days the month of a year has. */
int ez_month_length(int year, int month);

/* The day of the week, 0 for Monday. */
int ez_weekday(int64_t days);

/* The week of the year, from 1 to 53, by ISO 8601: weeks begin on Monday, and belong to the year
 * that has most of their days. */
int ez_week(int64_t days);

#endif
