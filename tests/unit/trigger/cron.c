/* SPDX-License-Identifier: MIT */
#include "trigger/cron.h"

#include "base/parse.h"
#include "reading.h"

/* The first n fire times after NEW_YEAR, each followed by a blank. */
static char *
fires(const char *text, int n)
{
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    execz_time time = NEW_YEAR;
    GString *times = g_string_new(NULL);

    for (int i = 0; i < n; i++) {
        g_autofree char *word = NULL;

        time = ez_trigger_next(trigger, time);
        word = ez_format_time(time);
        g_string_append_printf(times, "%s%s", i == 0 ? "" : " ", word);
    }
    return g_string_free(times, FALSE);
}

static void
expect_fires(const char *text, int n, const char *expected)
{
    g_autofree char *actual = fires(text, n);

    cr_expect(eq(str, actual, (char *)expected), "%s", text);
}

static void
expect_written(const char *text, const char *expected)
{
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    g_autofree char *written = ez_trigger_format(trigger);
    g_autoptr(ez_trigger) again = read_trigger(written);
    g_autofree char *rewritten = ez_trigger_format(again);

    cr_expect(eq(str, written, (char *)expected));
    cr_expect(eq(str, rewritten, written));
}

static void
expect_refused(const char *text, size_t expected_column, const char *expected)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    ez_trigger *trigger = NULL;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_trigger_parse(text, &defaults, &trigger, &column, &err), EXECZ_E_PARSE),
              "%s", text);
    cr_expect(eq(str, err.message, (char *)expected));
    cr_expect(eq(sz, column, expected_column), "%s", text);
}

Test(cron, fields_to_the_left_are_free_and_those_to_the_right_least)
{
    expect_fires("cron(hour=2)", 2, "2027-01-01T02:00:00Z 2027-01-02T02:00:00Z");
    expect_fires("cron(day=15)", 2, "2027-01-15T00:00:00Z 2027-02-15T00:00:00Z");
    expect_fires("cron(month=7)", 2, "2027-07-01T00:00:00Z 2028-07-01T00:00:00Z");
    expect_fires("cron(year=2030)", 2, "2030-01-01T00:00:00Z never");
    expect_fires("cron(day_of_week=mon-fri, minute=30)", 2,
                 "2027-01-01T00:30:00Z 2027-01-01T01:30:00Z");
    expect_fires("cron(second=\"*/30\")", 2, "2027-01-01T00:00:30Z 2027-01-01T00:01:00Z");
}

Test(cron, all_fields_must_be_met)
{
    expect_fires("cron(day=13, day_of_week=4, hour=0)", 2,
                 "2027-08-13T00:00:00Z 2028-10-13T00:00:00Z");
    expect_fires("cron(day=\"1st mon,last fri\", hour=6)", 3,
                 "2027-01-04T06:00:00Z 2027-01-29T06:00:00Z 2027-02-01T06:00:00Z");
    expect_fires("cron(week=53, day_of_week=mon)", 1, "2032-12-27T00:00:00Z");
}

Test(cron, wall_times_are_those_of_its_zone)
{
    expect_fires("cron(hour=9, timezone=Asia/Kolkata)", 1, "2027-01-01T03:30:00Z");
}

Test(cron, a_fraction_of_a_second_is_over_soon)
{
    g_autoptr(ez_trigger) trigger = read_trigger("cron(second=*)");
    execz_time last = 0;

    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR + 1), NEW_YEAR + EXECZ_SECOND));
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR - 1), NEW_YEAR));
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR), NEW_YEAR + EXECZ_SECOND));
    cr_expect(ez_trigger_last(trigger, NEW_YEAR - 1, &last) && last == NEW_YEAR - EXECZ_SECOND);
    cr_expect(ez_trigger_last(trigger, NEW_YEAR + 1, &last) && last == NEW_YEAR);
    cr_expect(eq(u64, ez_trigger_count(trigger, NEW_YEAR - 1, NEW_YEAR + 1, 9), 1));
    cr_expect(eq(u64, ez_trigger_count(trigger, NEW_YEAR, NEW_YEAR + 1, 9), 0));
}

Test(cron, it_fires_within_the_range_of_times)
{
    g_autoptr(ez_trigger) trigger = read_trigger("cron(second=*, timezone=America/New_York)");
    g_autoptr(ez_trigger) east = read_trigger("cron(hour=*, timezone=Asia/Tokyo)");
    execz_time last = 0;

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), 5 * EXECZ_HOUR));
    cr_expect(eq(i64, ez_trigger_next(east, INT64_MIN), 0));
    cr_expect(eq(i64, ez_trigger_next(trigger, EZ_CIVIL_END - 1), EXECZ_TIME_NEVER));
    cr_expect(ez_trigger_last(trigger, EXECZ_TIME_NEVER, &last));
    cr_expect(eq(i64, last, EZ_CIVIL_END - EXECZ_SECOND));
    cr_expect(not(ez_trigger_last(trigger, -1, &last)));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, EXECZ_TIME_NEVER, UINT64_MAX),
                 (uint64_t)(EZ_CIVIL_END / EXECZ_SECOND) - 5 * 3600));
}

Test(cron, bounds_and_jitter_are_those_of_all_triggers)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("cron(hour=2, start_at=2027-06-01, end_at=2027-06-02T02:00, jitter=5m)");
    execz_time after = 0;
    unsigned n = 0;

    while ((after = ez_trigger_next(trigger, after)) != EXECZ_TIME_NEVER) {
        n++;
    }
    cr_expect(eq(uint, n, 2));
    cr_expect(eq(i64, ez_trigger_jitter(trigger), 5 * EXECZ_MINUTE));
}

Test(cron, its_text_tells_what_was_given)
{
    expect_written("cron( day_of_week = mon-fri , hour=2)",
                   "cron(day_of_week=mon-fri, hour=2, timezone=UTC)");
    expect_written("cron(minute=\"0,30\", hour=\" 2\", timezone=Europe/London)",
                   "cron(hour=2, minute=\"0,30\", timezone=Europe/London)");
    expect_written("cron(hour=2, gap=run, fold=both)", "cron(hour=2, fold=both, timezone=UTC)");
    expect_written("cron(hour=*, gap=run, fold=both)", "cron(hour=*, gap=run, timezone=UTC)");
    expect_written("cron(day=\"last fri\", start_at=2027-01-01)",
                   "cron(day=last fri, start_at=2027-01-01T00:00:00Z, timezone=UTC)");
}

Test(cron, mistakes_are_told_at_their_column)
{
    expect_refused("cron()", 1, "cron needs at least one field, e.g. cron(hour=2, minute=30)");
    expect_refused("cron(hour=24)", 11, "hour: there is no hour 24, they are 0 to 23");
    expect_refused("cron(minute=\"0, 60\")", 17, "minute: there is no minute 60, they are 0 to 59");
    expect_refused("cron(hour=2, day_of_week=mon-fri/2)", 33,
                   "day_of_week: 'mon-fri/2': a name takes no step, did you mean \"0-4/2\"?");
    expect_refused("cron(huor=2)", 6,
                   "unknown key 'huor', did you mean \"hour\"? cron knows year, month, day, week, "
                   "day_of_week, hour, minute, second, gap, fold, start_at, end_at, jitter and "
                   "timezone");
    expect_refused("cron(hour=2, gap=jump)", 18,
                   "gap: unknown word 'jump'; there are run, skip and shift");
}
