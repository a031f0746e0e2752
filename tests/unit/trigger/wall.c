/* SPDX-License-Identifier: MIT */
/* The days on which clocks are set, written out. */
#include "trigger/wall.h"

#include "reading.h"

#include "trigger/civil.h"

/* All fire times of a trigger from one wall time of a zone to another must be expected, an array of
 * wall times with their offsets that ends with NULL. */
static void
expect_days(const char *kind, const char *arguments, const char *name, const char *from,
            const char *to, const char *const *expected)
{
    g_autofree char *text = g_strdup_printf("%s(%s, timezone=%s)", kind, arguments, name);
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    g_autoptr(ez_zone) zone = NULL;
    ez_moment begin = {0}, end = {0}, at = {0};
    uint64_t n = 0;

    cr_assert(eq(int, ez_zone_open(name, &zone, NULL), EXECZ_OK));
    cr_assert(eq(int, ez_moment_parse(from, zone, &begin, NULL), EXECZ_OK));
    cr_assert(eq(int, ez_moment_parse(to, zone, &end, NULL), EXECZ_OK));
    at.time = begin.time - 1;
    while ((at.time = ez_trigger_next(trigger, at.time)) <= end.time) {
        g_autofree char *actual = ez_moment_format(&at, zone);

        cr_assert(expected[n] != NULL, "%s: %s is not expected", text, actual);
        cr_expect(eq(str, actual, (char *)expected[n]), "%s", text);
        n++;
    }
    cr_expect(expected[n] == NULL, "%s: %s is missing", text, expected[n]);
    cr_expect(eq(u64, ez_trigger_count(trigger, begin.time - 1, end.time, 99), n));
}

#define EXPECT_DAYS(kind, arguments, zone, from, to, ...)                                          \
    expect_days(kind, arguments, zone, from, to, (const char *const[]){__VA_ARGS__, NULL})
Test(wall, midnight_in_new_york)
{
    EXPECT_DAYS("cron", "hour=0", "America/New_York", "2027-03-13", "2027-03-16",
                "2027-03-13T00:00:00-05:00", "2027-03-14T00:00:00-05:00",
                "2027-03-15T00:00:00-04:00", "2027-03-16T00:00:00-04:00");
    EXPECT_DAYS("cron", "hour=0", "America/New_York", "2027-11-06", "2027-11-09",
                "2027-11-06T00:00:00-04:00", "2027-11-07T00:00:00-04:00",
                "2027-11-08T00:00:00-05:00", "2027-11-09T00:00:00-05:00");
}

Test(wall, a_month_in_new_york)
{
    EXPECT_DAYS("cron", "day=14, hour=2, minute=30", "America/New_York", "2027-02-07", "2027-04-18",
                "2027-02-14T02:30:00-05:00", "2027-03-14T03:00:00-04:00",
                "2027-04-14T02:30:00-04:00");
    EXPECT_DAYS("cron", "day=7, hour=1, minute=30", "America/New_York", "2027-10-03", "2027-12-12",
                "2027-10-07T01:30:00-04:00", "2027-11-07T01:30:00-04:00",
                "2027-12-07T01:30:00-05:00");
}

Test(wall, each_30_minutes_in_new_york)
{
    EXPECT_DAYS("crontab", "*/30 * * * *", "America/New_York", "2027-03-14T01:00",
                "2027-03-14T03:30", "2027-03-14T01:00:00-05:00", "2027-03-14T01:30:00-05:00",
                "2027-03-14T03:00:00-04:00", "2027-03-14T03:30:00-04:00");
    EXPECT_DAYS("crontab", "*/30 * * * *", "America/New_York", "2027-11-07T00:30",
                "2027-11-07T02:00", "2027-11-07T00:30:00-04:00", "2027-11-07T01:00:00-04:00",
                "2027-11-07T01:30:00-04:00", "2027-11-07T01:00:00-05:00",
                "2027-11-07T01:30:00-05:00", "2027-11-07T02:00:00-05:00");
}

Test(wall, midnight_in_london)
{
    EXPECT_DAYS("cron", "hour=0", "Europe/London", "2027-03-27", "2027-03-30",
                "2027-03-27T00:00:00+00:00", "2027-03-28T00:00:00+00:00",
                "2027-03-29T00:00:00+01:00", "2027-03-30T00:00:00+01:00");
    EXPECT_DAYS("cron", "hour=0", "Europe/London", "2027-10-30", "2027-11-02",
                "2027-10-30T00:00:00+01:00", "2027-10-31T00:00:00+01:00",
                "2027-11-01T00:00:00+00:00", "2027-11-02T00:00:00+00:00");
}

Test(wall, a_month_in_london)
{
    EXPECT_DAYS("cron", "day=28, hour=1, minute=15", "Europe/London", "2027-02-21", "2027-05-02",
                "2027-02-28T01:15:00+00:00", "2027-03-28T02:00:00+01:00",
                "2027-04-28T01:15:00+01:00");
    EXPECT_DAYS("cron", "day=31, hour=1, minute=15", "Europe/London", "2027-09-26", "2027-12-05",
                "2027-10-31T01:15:00+01:00");
}

Test(wall, each_30_minutes_in_london)
{
    EXPECT_DAYS("crontab", "*/30 * * * *", "Europe/London", "2027-03-28T00:30", "2027-03-28T02:30",
                "2027-03-28T00:30:00+00:00", "2027-03-28T02:00:00+01:00",
                "2027-03-28T02:30:00+01:00");
    EXPECT_DAYS("crontab", "*/30 * * * *", "Europe/London", "2027-10-31T00:30", "2027-10-31T02:30",
                "2027-10-31T00:30:00+01:00", "2027-10-31T01:00:00+01:00",
                "2027-10-31T01:30:00+01:00", "2027-10-31T01:00:00+00:00",
                "2027-10-31T01:30:00+00:00", "2027-10-31T02:00:00+00:00",
                "2027-10-31T02:30:00+00:00");
}

Test(wall, midnight_in_lord_howe)
{
    EXPECT_DAYS("cron", "hour=0", "Australia/Lord_Howe", "2026-10-03", "2026-10-06",
                "2026-10-03T00:00:00+10:30", "2026-10-04T00:00:00+10:30",
                "2026-10-05T00:00:00+11:00", "2026-10-06T00:00:00+11:00");
    EXPECT_DAYS("cron", "hour=0", "Australia/Lord_Howe", "2027-04-03", "2027-04-06",
                "2027-04-03T00:00:00+11:00", "2027-04-04T00:00:00+11:00",
                "2027-04-05T00:00:00+10:30", "2027-04-06T00:00:00+10:30");
}

Test(wall, a_month_in_lord_howe)
{
    EXPECT_DAYS("cron", "day=4, hour=2, minute=15", "Australia/Lord_Howe", "2026-08-30",
                "2026-11-08", "2026-09-04T02:15:00+10:30", "2026-10-04T02:30:00+11:00",
                "2026-11-04T02:15:00+11:00");
    EXPECT_DAYS("cron", "day=4, hour=1, minute=45", "Australia/Lord_Howe", "2027-02-28",
                "2027-05-09", "2027-03-04T01:45:00+11:00", "2027-04-04T01:45:00+11:00",
                "2027-05-04T01:45:00+10:30");
}

Test(wall, each_15_minutes_in_lord_howe)
{
    EXPECT_DAYS("crontab", "*/15 * * * *", "Australia/Lord_Howe", "2026-10-04T01:30",
                "2026-10-04T03:00", "2026-10-04T01:30:00+10:30", "2026-10-04T01:45:00+10:30",
                "2026-10-04T02:30:00+11:00", "2026-10-04T02:45:00+11:00",
                "2026-10-04T03:00:00+11:00");
    EXPECT_DAYS("crontab", "*/15 * * * *", "Australia/Lord_Howe", "2027-04-04T01:00",
                "2027-04-04T02:15", "2027-04-04T01:00:00+11:00", "2027-04-04T01:15:00+11:00",
                "2027-04-04T01:30:00+11:00", "2027-04-04T01:45:00+11:00",
                "2027-04-04T01:30:00+10:30", "2027-04-04T01:45:00+10:30",
                "2027-04-04T02:00:00+10:30", "2027-04-04T02:15:00+10:30");
}

Test(wall, midnight_in_troll)
{
    EXPECT_DAYS("cron", "hour=0", "Antarctica/Troll", "2027-03-27", "2027-03-30",
                "2027-03-27T00:00:00+00:00", "2027-03-28T00:00:00+00:00",
                "2027-03-29T00:00:00+02:00", "2027-03-30T00:00:00+02:00");
    EXPECT_DAYS("cron", "hour=0", "Antarctica/Troll", "2027-10-30", "2027-11-02",
                "2027-10-30T00:00:00+02:00", "2027-10-31T00:00:00+02:00",
                "2027-11-01T00:00:00+00:00", "2027-11-02T00:00:00+00:00");
}

Test(wall, a_month_in_troll)
{
    EXPECT_DAYS("cron", "day=28, hour=2, minute=0", "Antarctica/Troll", "2027-02-21", "2027-05-02",
                "2027-02-28T02:00:00+00:00", "2027-03-28T03:00:00+02:00",
                "2027-04-28T02:00:00+02:00");
    EXPECT_DAYS("cron", "day=31, hour=2, minute=0", "Antarctica/Troll", "2027-09-26", "2027-12-05",
                "2027-10-31T02:00:00+02:00");
}

Test(wall, each_30_minutes_in_troll)
{
    EXPECT_DAYS("crontab", "*/30 * * * *", "Antarctica/Troll", "2027-03-28T00:30",
                "2027-03-28T03:30", "2027-03-28T00:30:00+00:00", "2027-03-28T03:00:00+02:00",
                "2027-03-28T03:30:00+02:00");
    EXPECT_DAYS("crontab", "*/30 * * * *", "Antarctica/Troll", "2027-10-31T00:30",
                "2027-10-31T03:30", "2027-10-31T00:30:00+02:00", "2027-10-31T01:00:00+02:00",
                "2027-10-31T01:30:00+02:00", "2027-10-31T02:00:00+02:00",
                "2027-10-31T02:30:00+02:00", "2027-10-31T01:00:00+00:00",
                "2027-10-31T01:30:00+00:00", "2027-10-31T02:00:00+00:00",
                "2027-10-31T02:30:00+00:00", "2027-10-31T03:00:00+00:00",
                "2027-10-31T03:30:00+00:00");
}

Test(wall, midnight_in_casablanca)
{
    EXPECT_DAYS("cron", "hour=0", "Africa/Casablanca", "2025-04-05", "2025-04-08",
                "2025-04-05T00:00:00+00:00", "2025-04-06T00:00:00+00:00",
                "2025-04-07T00:00:00+01:00", "2025-04-08T00:00:00+01:00");
    EXPECT_DAYS("cron", "hour=0", "Africa/Casablanca", "2025-02-22", "2025-02-25",
                "2025-02-22T00:00:00+01:00", "2025-02-23T00:00:00+01:00",
                "2025-02-24T00:00:00+00:00", "2025-02-25T00:00:00+00:00");
}

Test(wall, a_month_in_casablanca)
{
    EXPECT_DAYS("cron", "day=6, hour=2, minute=30", "Africa/Casablanca", "2025-03-02", "2025-05-11",
                "2025-03-06T02:30:00+00:00", "2025-04-06T03:00:00+01:00",
                "2025-05-06T02:30:00+01:00");
    EXPECT_DAYS("cron", "day=23, hour=2, minute=30", "Africa/Casablanca", "2025-01-19",
                "2025-03-30", "2025-01-23T02:30:00+01:00", "2025-02-23T02:30:00+01:00",
                "2025-03-23T02:30:00+00:00");
}

Test(wall, each_30_minutes_in_casablanca)
{
    EXPECT_DAYS("crontab", "*/30 * * * *", "Africa/Casablanca", "2025-04-06T01:00",
                "2025-04-06T03:30", "2025-04-06T01:00:00+00:00", "2025-04-06T01:30:00+00:00",
                "2025-04-06T03:00:00+01:00", "2025-04-06T03:30:00+01:00");
    EXPECT_DAYS("crontab", "*/30 * * * *", "Africa/Casablanca", "2025-02-23T01:30",
                "2025-02-23T03:30", "2025-02-23T01:30:00+01:00", "2025-02-23T02:00:00+01:00",
                "2025-02-23T02:30:00+01:00", "2025-02-23T02:00:00+00:00",
                "2025-02-23T02:30:00+00:00", "2025-02-23T03:00:00+00:00",
                "2025-02-23T03:30:00+00:00");
}

Test(wall, midnight_in_apia)
{
    EXPECT_DAYS("cron", "hour=0", "Pacific/Apia", "2011-12-29", "2012-01-01",
                "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00",
                "2012-01-01T00:00:00+14:00");
    EXPECT_DAYS("cron", "hour=0", "Pacific/Apia", "2011-04-01", "2011-04-04",
                "2011-04-01T00:00:00-10:00", "2011-04-02T00:00:00-10:00",
                "2011-04-03T00:00:00-11:00", "2011-04-04T00:00:00-11:00");
}

Test(wall, a_month_in_apia)
{
    EXPECT_DAYS("cron", "day=30, hour=12, minute=0", "Pacific/Apia", "2011-11-25", "2012-02-03",
                "2011-11-30T12:00:00-10:00", "2011-12-31T00:00:00+14:00",
                "2012-01-30T12:00:00+14:00");
    EXPECT_DAYS("cron", "day=2, hour=3, minute=30", "Pacific/Apia", "2011-02-26", "2011-05-07",
                "2011-03-02T03:30:00-10:00", "2011-04-02T03:30:00-10:00",
                "2011-05-02T03:30:00-11:00");
}

Test(wall, each_30_minutes_in_apia)
{
    EXPECT_DAYS("crontab", "*/30 * * * *", "Pacific/Apia", "2011-12-29T23:00", "2011-12-31T00:30",
                "2011-12-29T23:00:00-10:00", "2011-12-29T23:30:00-10:00",
                "2011-12-31T00:00:00+14:00", "2011-12-31T00:30:00+14:00");
    EXPECT_DAYS("crontab", "*/30 * * * *", "Pacific/Apia", "2011-04-02T02:30", "2011-04-02T04:30",
                "2011-04-02T02:30:00-10:00", "2011-04-02T03:00:00-10:00",
                "2011-04-02T03:30:00-10:00", "2011-04-02T03:00:00-11:00",
                "2011-04-02T03:30:00-11:00", "2011-04-02T04:00:00-11:00",
                "2011-04-02T04:30:00-11:00");
}

Test(wall, midnight_in_sao_paulo)
{
    EXPECT_DAYS("cron", "hour=0", "America/Sao_Paulo", "2018-11-03", "2018-11-06",
                "2018-11-03T00:00:00-03:00", "2018-11-04T01:00:00-02:00",
                "2018-11-05T00:00:00-02:00", "2018-11-06T00:00:00-02:00");
    EXPECT_DAYS("cron", "hour=0", "America/Sao_Paulo", "2018-02-16", "2018-02-19",
                "2018-02-16T00:00:00-02:00", "2018-02-17T00:00:00-02:00",
                "2018-02-18T00:00:00-03:00", "2018-02-19T00:00:00-03:00");
}

Test(wall, a_month_in_sao_paulo)
{
    EXPECT_DAYS("cron", "day=4, hour=0, minute=30", "America/Sao_Paulo", "2018-09-30", "2018-12-09",
                "2018-10-04T00:30:00-03:00", "2018-11-04T01:00:00-02:00",
                "2018-12-04T00:30:00-02:00");
    EXPECT_DAYS("cron", "day=17, hour=23, minute=30", "America/Sao_Paulo", "2018-01-13",
                "2018-03-24", "2018-01-17T23:30:00-02:00", "2018-02-17T23:30:00-02:00",
                "2018-03-17T23:30:00-03:00");
}

Test(wall, each_30_minutes_in_sao_paulo)
{
    EXPECT_DAYS("crontab", "*/30 * * * *", "America/Sao_Paulo", "2018-11-03T23:00",
                "2018-11-04T01:30", "2018-11-03T23:00:00-03:00", "2018-11-03T23:30:00-03:00",
                "2018-11-04T01:00:00-02:00", "2018-11-04T01:30:00-02:00");
    EXPECT_DAYS("crontab", "*/30 * * * *", "America/Sao_Paulo", "2018-02-17T22:30",
                "2018-02-18T00:30", "2018-02-17T22:30:00-02:00", "2018-02-17T23:00:00-02:00",
                "2018-02-17T23:30:00-02:00", "2018-02-17T23:00:00-03:00",
                "2018-02-17T23:30:00-03:00", "2018-02-18T00:00:00-03:00",
                "2018-02-18T00:30:00-03:00");
}

Test(wall, shifted_times_that_meet_others_fire_once)
{
    EXPECT_DAYS("cron", "hour=\"2,3\", minute=\"0,30\", gap=shift", "America/New_York",
                "2027-03-14", "2027-03-15", "2027-03-14T03:00:00-04:00",
                "2027-03-14T03:30:00-04:00");
    EXPECT_DAYS("cron", "hour=2, minute=\"0,15,30\", gap=shift", "Australia/Lord_Howe",
                "2026-10-04", "2026-10-05", "2026-10-04T02:30:00+11:00",
                "2026-10-04T02:45:00+11:00");
}

Test(wall, many_times_in_one_gap_run_once)
{
    EXPECT_DAYS("cron", "hour=5-20/5, minute=0", "Pacific/Apia", "2011-12-29T16:00",
                "2011-12-31T09:00", "2011-12-29T20:00:00-10:00", "2011-12-31T00:00:00+14:00",
                "2011-12-31T05:00:00+14:00");
}

Test(wall, the_second_of_two_is_as_good_as_the_first)
{
    EXPECT_DAYS("cron", "hour=1, minute=30, fold=second", "Europe/London", "2027-10-30",
                "2027-11-01", "2027-10-30T01:30:00+01:00", "2027-10-31T01:30:00+00:00");
    EXPECT_DAYS("cron", "minute=30, fold=second", "Europe/London", "2027-10-31",
                "2027-10-31T02:30:00", "2027-10-31T00:30:00+01:00", "2027-10-31T01:30:00+00:00",
                "2027-10-31T02:30:00+00:00");
}
