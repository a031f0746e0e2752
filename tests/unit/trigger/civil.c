/* SPDX-License-Identifier: MIT */
#include "trigger/civil.h"

#include "base/parse.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_zone *
open_zone(const char *name)
{
    ez_zone *zone = NULL;

    cr_assert(eq(int, ez_zone_open(name, &zone, NULL), EXECZ_OK), "%s", name);
    return zone;
}

/* What text means in a zone, as UTC. */
static char *
utc(const char *text, const char *name)
{
    g_autoptr(ez_zone) zone = open_zone(name);
    ez_moment moment = {0};
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_moment_parse(text, zone, &moment, &err), EXECZ_OK), "%s", err.message);
    return ez_format_time(moment.time);
}

static void
expect_utc(const char *text, const char *name, const char *expected)
{
    g_autofree char *actual = utc(text, name);

    cr_expect(eq(str, actual, (char *)expected), "%s in %s", text, name);
}

/* What text becomes when it is written again in its zone. */
static void
expect_written(const char *text, const char *name, const char *expected)
{
    g_autoptr(ez_zone) zone = open_zone(name);
    g_autofree char *actual = NULL;
    ez_moment moment = {0}, again = {0};

    cr_assert(eq(int, ez_moment_parse(text, zone, &moment, NULL), EXECZ_OK), "%s", text);
    actual = ez_moment_format(&moment, zone);
    cr_expect(eq(str, actual, (char *)expected), "%s in %s", text, name);
    cr_assert(eq(int, ez_moment_parse(actual, zone, &again, NULL), EXECZ_OK), "%s", actual);
    cr_expect(eq(i64, again.time, moment.time), "%s in %s", text, name);
}

static void
expect_refused(const char *text, const char *expected)
{
    g_autoptr(ez_zone) zone = open_zone("UTC");
    ez_moment moment = {7, true};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_moment_parse(text, zone, &moment, &err), EXECZ_E_PARSE), "%s", text);
    cr_expect(eq(str, err.message, (char *)expected));
    cr_expect(eq(i64, moment.time, 7), "untouched on failure");
}

Test(civil, wall_time_is_read_in_its_zone)
{
    expect_utc("2027-01-01T09:00:00", "Asia/Kolkata", "2027-01-01T03:30:00Z");
    expect_utc("2027-07-01 09:00", "Europe/London", "2027-07-01T08:00:00Z");
    expect_utc(" 2027-1-2 ", "UTC", "2027-01-02T00:00:00Z");
    expect_utc("2024-2-29T1:2:3.000000004", "UTC", "2024-02-29T01:02:03.000000004Z");
}

Test(civil, an_offset_overrides_the_zone)
{
    expect_utc("2027-01-01T09:00:00Z", "Asia/Kolkata", "2027-01-01T09:00:00Z");
    expect_utc("2027-01-01T09:00-05:30", "Asia/Kolkata", "2027-01-01T14:30:00Z");
    expect_utc("2027-01-01+02:00", "Asia/Kolkata", "2026-12-31T22:00:00Z");
}

Test(civil, a_time_in_a_gap_is_read_as_if_the_clock_had_not_been_set)
{
    expect_utc("2027-03-28T01:30:00", "Europe/London", "2027-03-28T01:30:00Z");
    expect_utc("2027-03-14T02:30:00", "America/New_York", "2027-03-14T07:30:00Z");
    expect_utc("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z");
    expect_utc("2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:45:00Z");
}

Test(civil, a_day_that_a_zone_skipped_is_a_gap)
{
    expect_utc("2011-12-30T12:00:00", "Pacific/Apia", "2011-12-30T22:00:00Z");
    expect_utc("2011-12-29T23:59:59", "Pacific/Apia", "2011-12-30T09:59:59Z");
    expect_utc("2011-12-31T00:00:00", "Pacific/Apia", "2011-12-30T10:00:00Z");
}

Test(civil, a_time_in_a_fold_is_the_first_of_the_two)
{
    expect_utc("2027-10-31T01:30:00", "Europe/London", "2027-10-31T00:30:00Z");
    expect_utc("2027-10-31T01:30:00", "Europe/Dublin", "2027-10-31T00:30:00Z");
    expect_utc("2027-11-07T01:30:00", "America/New_York", "2027-11-07T05:30:00Z");
    expect_utc("2027-04-04T01:45:00", "Australia/Lord_Howe", "2027-04-03T14:45:00Z");
}

Test(civil, the_edges_of_gap_and_fold_are_exact)
{
    expect_utc("2027-03-28T00:59:59", "Europe/London", "2027-03-28T00:59:59Z");
    expect_utc("2027-03-28T02:00:00", "Europe/London", "2027-03-28T01:00:00Z");
    expect_utc("2027-10-31T00:59:59", "Europe/London", "2027-10-30T23:59:59Z");
    expect_utc("2027-10-31T02:00:00", "Europe/London", "2027-10-31T02:00:00Z");
}

Test(civil, every_half_hour_of_a_year_is_read_back_from_its_wall_clock)
{
    static const char *const names[] = {"Europe/London", "Europe/Dublin", "America/St_Johns",
                                        "Australia/Lord_Howe", "Antarctica/Troll"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(ez_zone) zone = open_zone(names[i]);

        for (execz_time time = 57 * 365 * EXECZ_DAY; time < 58 * 365 * EXECZ_DAY;
             time += 30 * EXECZ_MINUTE) {
            ez_civil civil, again;
            execz_time first;

            ez_civil_from_time(time, zone, &civil);
            first = ez_civil_to_time(&civil, zone);
            ez_civil_from_time(first, zone, &again);
            cr_assert(first <= time && memcmp(&civil, &again, sizeof civil) == 0, "%s", names[i]);
        }
    }
}

Test(civil, wall_times_stay_wall_times_when_written)
{
    expect_written("2027-1-1 9:00", "Asia/Kolkata", "2027-01-01T09:00:00");
    expect_written("2027-10-31T01:30:00", "Europe/London", "2027-10-31T01:30:00");
    expect_written("2027-03-28T01:30:00", "Europe/London", "2027-03-28T02:30:00");
    expect_written("2027-01-01", "UTC", "2027-01-01T00:00:00Z");
}

Test(civil, points_in_time_are_written_with_their_offset)
{
    expect_written("2027-01-01T03:30:00.250Z", "Asia/Kolkata", "2027-01-01T09:00:00.25+05:30");
    expect_written("2027-10-31T01:30:00Z", "Europe/London", "2027-10-31T01:30:00+00:00");
    expect_written("2027-01-01T00:00:00Z", "America/St_Johns", "2026-12-31T20:30:00-03:30");
}

Test(civil, an_offset_with_seconds_is_written_in_utc)
{
    expect_written("1971-06-01T00:00:00Z", "Africa/Monrovia", "1971-06-01T00:00:00Z");
    expect_written("1971-06-01T00:00:00", "Africa/Monrovia", "1971-06-01T00:00:00");
}

Test(civil, the_range_of_times_has_two_ends)
{
    expect_utc("1970-01-01T00:00:00Z", "UTC", "1970-01-01T00:00:00Z");
    expect_utc("1969-12-31T19:00:00", "America/New_York", "1970-01-01T00:00:00Z");
    expect_utc("2261-12-31T23:59:59.999999999Z", "UTC", "2261-12-31T23:59:59.999999999Z");
    expect_refused("1969-12-31T23:59:59Z",
                   "'1969-12-31T23:59:59Z' is out of range; times from "
                   "1970-01-01T00:00:00Z to 2261-12-31T23:59:59Z can be told");
    expect_refused("2262-01-01", "'2262-01-01' is out of range; times from "
                                 "1970-01-01T00:00:00Z to 2261-12-31T23:59:59Z can be told");
    expect_refused("9999-12-31", "'9999-12-31' is out of range; times from "
                                 "1970-01-01T00:00:00Z to 2261-12-31T23:59:59Z can be told");
}

Test(civil, dates_that_do_not_exist_are_refused)
{
    expect_refused("2027-02-30", "'2027-02-30': there is no day 30, February 2027 has 1 to 28");
    expect_refused("2028-2-30", "'2028-2-30': there is no day 30, February 2028 has 1 to 29");
    expect_refused("2027-04-31", "'2027-04-31': there is no day 31, April 2027 has 1 to 30");
    expect_refused("2027-01-00", "'2027-01-00': there is no day 0, January 2027 has 1 to 31");
    expect_refused("2027-13-01", "'2027-13-01': there is no month 13, a year has 1 to 12");
    expect_refused("0000-01-01", "'0000-01-01': there is no year 0");
}

Test(civil, times_that_no_clock_shows_are_refused)
{
    expect_refused("2027-01-01T24:00", "'2027-01-01T24:00': there is no hour 24, they are 0 to 23");
    expect_refused("2027-01-01T23:60",
                   "'2027-01-01T23:60': there is no minute 60, they are 0 to 59");
    expect_refused("2027-01-01T23:59:60",
                   "'2027-01-01T23:59:60': there is no second 60, they are 0 to 59");
    expect_refused("2027-01-01T09:00+24:00",
                   "'2027-01-01T09:00+24:00': there is no hour of an offset 24, they are 0 to 23");
    expect_refused(
        "2027-01-01T09:00+05:60",
        "'2027-01-01T09:00+05:60': there is no minute of an offset 60, they are 0 to 59");
    expect_refused("2027-01-01T09:00:00.0000000001",
                   "'2027-01-01T09:00:00.0000000001': a fraction of a second has at most 9 digits "
                   "(nanoseconds)");
}

Test(civil, other_shapes_are_refused_with_an_example)
{
    static const char *const texts[] = {"",
                                        "tomorrow",
                                        "27-01-01",
                                        "2027-001-01",
                                        "2027-01-01T",
                                        "2027-01-01T09",
                                        "2027-01-01T09:00:",
                                        "2027-01-01T09:00:00.",
                                        "2027-01-01T09:00 Z",
                                        "2027-01-01T09:00+5:30",
                                        "2027-01-01T09:00+0530",
                                        "2027-01-01T09:00ZZ",
                                        "01/02/2027"};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *expected =
            g_strdup_printf("'%s' is not a point in time; write one like 2027-01-31, "
                            "2027-01-31T09:00:00 or 2027-01-31T09:00:00+02:00",
                            texts[i]);

        expect_refused(texts[i], expected);
    }
}
