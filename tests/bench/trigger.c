/* SPDX-License-Identifier: MIT */
/* The next run time of a schedule, from run time to run time, as a scheduler asks for it; beside one
 * mktime() of the C library in the same zone. */
#include "peers.h"
#include "subjects.h"

#include "trigger/text.h"

#include <stdlib.h>
#include <time.h>

#include <glib.h>

#define NEW_YEAR (INT64_C(1798761600) * EXECZ_SECOND) /* 2027 */

static void *
set_up(const char *zone, const char *fields, char *why)
{
    ez_trigger_defaults defaults = {zone, 0};
    ez_trigger *trigger = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_trigger_parse_cron(fields, &defaults, &trigger, NULL, &err) != EXECZ_OK) {
        g_strlcpy(why, err.message, BENCH_WHY);
    }
    return trigger;
}

static double
measure(void *state, const bench_load *load)
{
    const ez_trigger *trigger = state;
    execz_time time = NEW_YEAR;
    int64_t start = bench_now();

    for (uint64_t i = 0; i < load->n; i++) {
        time = ez_trigger_next(trigger, time);
        if (time == EXECZ_TIME_NEVER) {
            time = NEW_YEAR;
        }
    }
    return bench_rate(load->n, start);
}

static void
tear_down(void *state)
{
    ez_trigger_unref(state);
}

/* A peer has no state but the zone of the environment: each row has a process of its own. */
static void *
set_up_mktime(const char *zone)
{
    g_setenv("TZ", zone, TRUE);
    tzset();
    return &tzname;
}

static void *
set_up_mktime_in_utc(const bench_load *load, char *why)
{
    (void)load;
    (void)why;
    return set_up_mktime("UTC");
}

static void *
set_up_mktime_in_new_york(const bench_load *load, char *why)
{
    (void)load;
    (void)why;
    return set_up_mktime("America/New_York");
}

static double
measure_mktime(void *state, const bench_load *load)
{
    int64_t start = bench_now();
    volatile time_t sum = 0;

    (void)state;
    for (uint64_t i = 0; i < load->n; i++) {
        struct tm wall = {.tm_year = 127,
                          .tm_mon = (int)(i % 12),
                          .tm_mday = (int)(i % 28) + 1,
                          .tm_hour = (int)(i % 24),
                          .tm_min = 30,
                          .tm_isdst = -1};

        sum += mktime(&wall);
    }
    return bench_rate(load->n, start);
}

static void
tear_down_mktime(void *state)
{
    (void)state;
}

static const bench_side mktime_in_utc = {"mktime", set_up_mktime_in_utc, measure_mktime,
                                         tear_down_mktime};
static const bench_side mktime_in_new_york = {"mktime", set_up_mktime_in_new_york, measure_mktime,
                                              tear_down_mktime};

/* The sides of one schedule, in both zones. */
#define SIDES(name, fields)                                                                        \
    static void *set_up_##name##_in_utc(const bench_load *load, char *why)                         \
    {                                                                                              \
        (void)load;                                                                                \
        return set_up("UTC", fields, why);                                                         \
    }                                                                                              \
    static void *set_up_##name##_in_new_york(const bench_load *load, char *why)                    \
    {                                                                                              \
        (void)load;                                                                                \
        return set_up("America/New_York", fields, why);                                            \
    }                                                                                              \
    static const bench_side name##_in_utc = {fields, set_up_##name##_in_utc, measure, tear_down};  \
    static const bench_side name##_in_new_york = {fields, set_up_##name##_in_new_york, measure,    \
                                                  tear_down}

SIDES(minutes, "* * * * *");
SIDES(five_minutes, "*/5 * * * *");
SIDES(workdays, "30 2 * * 1-5");
SIDES(years, "0 0 1 1 *");
SIDES(leap_days, "0 0 29 2 *");
SIDES(office_hours, "0 9-17 * * mon-fri");
SIDES(last_days, "0 0 L * *");
SIDES(second_fridays, "0 0 * * fri#2");
SIDES(either_day, "15 3 13 * 5");
SIDES(ten_seconds, "*/10 * * * * *");

#define ROW(row_name, zone, side)                                                                  \
    {                                                                                              \
        "trigger.next." row_name, .unit = "calls/s", .better = BENCH_HIGHER,                       \
                                  .load = {.n = 1000000}, .n_smoke = 100,                          \
                                  .ours = &side##_in_##zone, .peer = &mktime_in_##zone             \
    }

static const bench_row rows[] = {
    ROW("minutes.utc", utc, minutes),
    ROW("minutes.new-york", new_york, minutes),
    ROW("five-minutes.utc", utc, five_minutes),
    ROW("five-minutes.new-york", new_york, five_minutes),
    ROW("workdays.utc", utc, workdays),
    ROW("workdays.new-york", new_york, workdays),
    ROW("years.utc", utc, years),
    ROW("years.new-york", new_york, years),
    ROW("leap-days.utc", utc, leap_days),
    ROW("leap-days.new-york", new_york, leap_days),
    ROW("office-hours.utc", utc, office_hours),
    ROW("office-hours.new-york", new_york, office_hours),
    ROW("last-days.utc", utc, last_days),
    ROW("last-days.new-york", new_york, last_days),
    ROW("second-fridays.utc", utc, second_fridays),
    ROW("second-fridays.new-york", new_york, second_fridays),
    ROW("either-day.utc", utc, either_day),
    ROW("either-day.new-york", new_york, either_day),
    ROW("ten-seconds.utc", utc, ten_seconds),
    ROW("ten-seconds.new-york", new_york, ten_seconds),
};

const bench_table trigger_rows = {rows, G_N_ELEMENTS(rows)};
