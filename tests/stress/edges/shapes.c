/* SPDX-License-Identifier: MIT */
#include "shapes.h"

#include <stdlib.h>

static bool
at(const struct tm *wall, int hour, int minute)
{
    return wall->tm_hour == hour && wall->tm_min == minute && wall->tm_sec == 0;
}

/* Which of its weekday in the month it is, from 1. */
static int
nth(const struct tm *wall)
{
    return (wall->tm_mday - 1) / 7 + 1;
}

static bool
is_last(const struct tm *wall)
{
    struct tm later = *wall;

    later.tm_mday += 7;
    later.tm_hour = 12;
    timegm(&later);
    return later.tm_mon != wall->tm_mon;
}

static int
iso_week(const struct tm *wall)
{
    char text[8];

    strftime(text, sizeof text, "%V", wall);
    return (int)strtoul(text, NULL, 10);
}

static bool
each_minute(const struct tm *wall)
{
    return wall->tm_sec == 0;
}

static bool
each_five_minutes(const struct tm *wall)
{
    return wall->tm_sec == 0 && wall->tm_min % 5 == 0;
}

static bool
each_quarter(const struct tm *wall)
{
    return wall->tm_sec == 0 && wall->tm_min % 15 == 0;
}

static bool
each_half_past(const struct tm *wall)
{
    return wall->tm_sec == 0 && wall->tm_min == 30;
}

static bool
midnight(const struct tm *wall)
{
    return at(wall, 0, 0);
}

static bool
half_past_midnight(const struct tm *wall)
{
    return at(wall, 0, 30);
}

static bool
half_past_one(const struct tm *wall)
{
    return at(wall, 1, 30);
}

static bool
two(const struct tm *wall)
{
    return at(wall, 2, 0);
}

static bool
half_past_two(const struct tm *wall)
{
    return at(wall, 2, 30);
}

static bool
quarter_past_two(const struct tm *wall)
{
    return at(wall, 2, 15);
}

static bool
three(const struct tm *wall)
{
    return at(wall, 3, 0);
}

static bool
half_past_eleven_at_night(const struct tm *wall)
{
    return at(wall, 23, 30);
}

static bool
each_second_hour(const struct tm *wall)
{
    return wall->tm_hour % 2 == 0 && wall->tm_min == 0 && wall->tm_sec == 0;
}

static bool
quarters_from_one_to_three(const struct tm *wall)
{
    return wall->tm_hour >= 1 && wall->tm_hour <= 3 && each_quarter(wall);
}

static bool
sunday_half_past_two_and_three(const struct tm *wall)
{
    return wall->tm_wday == 0 && (at(wall, 2, 30) || at(wall, 3, 30));
}

static bool
last_sunday_after_one(const struct tm *wall)
{
    return wall->tm_wday == 0 && wall->tm_hour == 1 && wall->tm_min % 10 == 0 &&
           wall->tm_sec == 0 && is_last(wall);
}

static bool
first_and_second_sunday(const struct tm *wall)
{
    return wall->tm_wday == 0 && nth(wall) <= 2 && at(wall, 2, 30);
}

static bool
first_week_or_sunday(const struct tm *wall)
{
    return (wall->tm_mday <= 7 || wall->tm_wday == 0) && at(wall, 1, 30);
}

static bool
noon_of_the_thirtieth(const struct tm *wall)
{
    return wall->tm_mday == 30 && at(wall, 12, 0);
}

static bool
each_seven_minutes_till_five(const struct tm *wall)
{
    return wall->tm_hour < 5 && wall->tm_min % 7 == 0 && wall->tm_sec == 0;
}

static bool
one_and_two_in_spring_and_autumn(const struct tm *wall)
{
    return (wall->tm_mon == 2 || wall->tm_mon == 3 || wall->tm_mon == 9 || wall->tm_mon == 10) &&
           (at(wall, 1, 0) || at(wall, 2, 0));
}

static bool
quarters_of_minutes_after_two(const struct tm *wall)
{
    return wall->tm_hour == 2 && (wall->tm_sec == 15 || wall->tm_sec == 45);
}

static bool
seconds_after_midnight(const struct tm *wall)
{
    return wall->tm_hour == 0 && wall->tm_min % 20 == 0 && wall->tm_sec % 15 == 0;
}

static bool
weekends_of_odd_weeks(const struct tm *wall)
{
    return (wall->tm_wday == 0 || wall->tm_wday == 6) &&
           (wall->tm_min == 20 || wall->tm_min == 50) && wall->tm_sec == 0 &&
           iso_week(wall) % 2 == 1;
}

const shape shapes[N_SHAPES] = {
    {"crontab(\"* * * * *\"", each_minute, true},
    {"crontab(\"*/5 * * * *\"", each_five_minutes, true},
    {"crontab(\"*/15 * * * *\"", each_quarter, true},
    {"cron(minute=30", each_half_past, true},
    {"crontab(\"0 0 * * *\"", midnight, false},
    {"cron(hour=0, minute=30", half_past_midnight, false},
    {"cron(hour=1, minute=30", half_past_one, false},
    {"cron(hour=2", two, false},
    {"crontab(\"30 2 * * *\"", half_past_two, false},
    {"cron(hour=2, minute=15", quarter_past_two, false},
    {"cron(hour=3", three, false},
    {"cron(hour=23, minute=30", half_past_eleven_at_night, false},
    {"cron(hour=*/2", each_second_hour, true},
    {"cron(hour=1-3, minute=\"0,15,30,45\"", quarters_from_one_to_three, false},
    {"cron(day_of_week=sun, hour=\"2,3\", minute=30", sunday_half_past_two_and_three, false},
    {"cron(day=last sun, hour=1, minute=*/10", last_sunday_after_one, true},
    {"cron(day=\"1st sun,2nd sun\", hour=2, minute=30", first_and_second_sunday, false},
    {"crontab(\"30 1 1-7 * 0\"", first_week_or_sunday, false},
    {"cron(day=30, hour=12", noon_of_the_thirtieth, false},
    {"crontab(\"0-59/7 0-4 * * *\"", each_seven_minutes_till_five, false},
    {"cron(month=\"3,4,10,11\", day=*, hour=\"1,2\"", one_and_two_in_spring_and_autumn, false},
    {"cron(hour=2, minute=*, second=\"15,45\"", quarters_of_minutes_after_two, true},
    {"crontab(\"*/15 */20 0 * * *\"", seconds_after_midnight, true},
    {"cron(week=*/2, day_of_week=sat-sun, hour=*, minute=\"20,50\"", weekends_of_odd_weeks, true},
};
