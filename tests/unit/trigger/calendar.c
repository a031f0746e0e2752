/* SPDX-License-Identifier: MIT */
#include "trigger/calendar.h"

#include "reading.h"
#include "trigger/civil.h"

#include <string.h>

/* The local times of the first fire times after an instant, blanks between. */
static char *
fires(const char *text, const char *after, unsigned n)
{
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    GString *line = g_string_new(NULL);
    ez_moment at;

    cr_assert(eq(int, ez_moment_parse(after, trigger->scope.zone, &at, NULL), EXECZ_OK));
    for (unsigned i = 0; i < n; i++) {
        g_autofree char *shown = NULL;

        at.time = ez_trigger_next(trigger, at.time);
        if (at.time == EXECZ_TIME_NEVER) {
            g_string_append(line, " never");
            break;
        }
        at.wall = false;
        shown = ez_moment_format(&at, trigger->scope.zone);
        g_string_append_printf(line, "%s%s", i == 0 ? "" : " ", shown);
    }
    return g_string_free(line, FALSE);
}

static void
expect(const char *text, const char *after, unsigned n, const char *expected)
{
    g_autofree char *shown = fires(text, after, n);

    cr_expect(eq(str, shown, (char *)expected), "%s", text);
}

Test(calendar, keeps_the_wall_time_of_its_dates)
{
    expect("calendar(weeks=2, hour=9, start_at=2027-03-15, timezone=Europe/London)", "2027-03-01",
           3, "2027-03-15T09:00:00+00:00 2027-03-29T09:00:00+01:00 2027-04-12T09:00:00+01:00");
}

Test(calendar, skips_dates_that_do_not_exist)
{
    expect("calendar(months=1, start_at=2027-01-31)", "2027-01-01", 4,
           "2027-01-31T00:00:00Z 2027-03-31T00:00:00Z 2027-05-31T00:00:00Z 2027-07-31T00:00:00Z");
    expect("calendar(years=1, start_at=2096-02-29)", "2096-02-01", 2,
           "2096-02-29T00:00:00Z 2104-02-29T00:00:00Z");
}

Test(calendar, months_and_days_add_up_step_by_step)
{
    expect("calendar(months=1, days=2, hour=17, start_at=2016-03-29)", "2016-01-01", 4,
           "2016-03-29T17:00:00Z 2016-05-01T17:00:00Z 2016-06-03T17:00:00Z 2016-07-05T17:00:00Z");
}

Test(calendar, treats_gaps_and_folds_by_its_policy)
{
#define DAILY "calendar(days=1, start_at=2027-03-01, timezone=Europe/Berlin, "
    expect(DAILY "hour=2, minute=30)", "2027-03-27T12:00", 2,
           "2027-03-28T03:00:00+02:00 2027-03-29T02:30:00+02:00");
    expect(DAILY "hour=2, minute=30, gap=shift)", "2027-03-27T12:00", 1,
           "2027-03-28T03:30:00+02:00");
    expect(DAILY "hour=2, minute=30, gap=skip)", "2027-03-27T12:00", 1,
           "2027-03-29T02:30:00+02:00");
    expect(DAILY "hour=2, minute=30)", "2027-10-30T12:00", 2,
           "2027-10-31T02:30:00+02:00 2027-11-01T02:30:00+01:00");
    expect(DAILY "hour=2, minute=30, fold=both)", "2027-10-30T12:00", 2,
           "2027-10-31T02:30:00+02:00 2027-10-31T02:30:00+01:00");
}

Test(calendar, a_day_that_was_left_out_runs_with_the_next_one)
{
    expect("calendar(days=1, start_at=2011-12-28, timezone=Pacific/Apia)", "2011-12-29", 2,
           "2011-12-31T00:00:00+14:00 2012-01-01T00:00:00+14:00");
}

Test(calendar, without_start_at_counts_from_the_date_of_its_anchor)
{
    g_autoptr(ez_trigger) trigger = read_trigger("calendar(days=2, hour=9)");
    g_autofree char *text = ez_trigger_format(trigger);

    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR), NEW_YEAR + 9 * EXECZ_HOUR));
    cr_expect(eq(str, text,
                 (char *)"calendar(days=2, hour=9, anchor=2027-01-01T00:00:00Z, timezone=UTC)"));
}

/* Counting by steps of next, against count and last. */
static void
expect_counts(const char *text, unsigned n)
{
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    execz_time first = ez_trigger_next(trigger, INT64_MIN), at = first, last = 0;

    for (unsigned i = 1; i <= n && at != EXECZ_TIME_NEVER; i++) {
        cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, at, UINT64_MAX), i), "%s", text);
        cr_expect(eq(u64, ez_trigger_count(trigger, first, at, UINT64_MAX), i - 1), "%s", text);
        cr_expect(ez_trigger_last(trigger, at, &last) && last == at, "%s", text);
        at = ez_trigger_next(trigger, at);
        cr_expect(at == EXECZ_TIME_NEVER || (ez_trigger_last(trigger, at - 1, &last) && last < at));
    }
}

Test(calendar, counts_what_next_finds)
{
    static const char *const steps[] = {"days=1",           "days=3",   "weeks=1",
                                        "months=1, days=1", "months=1", "years=1"};
    static const char *const zones[] = {"UTC", "Europe/London", "America/Sao_Paulo", "Pacific/Apia",
                                        "Africa/Casablanca"};
    static const char *const policies[] = {"gap=run", "gap=skip, fold=both",
                                           "gap=shift, fold=second"};

    for (size_t i = 0; i < G_N_ELEMENTS(steps) * G_N_ELEMENTS(zones) * 3; i++) {
        g_autofree char *text = g_strdup_printf(
            "calendar(%s, hour=%d, minute=30, start_at=2010-01-30, timezone=%s, %s)", steps[i % 6],
            (int)(i % 3), zones[i / 6 % 5], policies[i / 30]);

        expect_counts(text, 900);
    }
}

Test(calendar, counts_centuries_of_days)
{
    g_autoptr(ez_trigger) trigger = read_trigger("calendar(days=1, start_at=1970-01-01)");
    execz_time last = 0;

    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, INT64_MAX, UINT64_MAX), 106651));
    cr_expect(ez_trigger_last(trigger, INT64_MAX, &last) && last == EZ_CIVIL_END - EXECZ_DAY);
    cr_expect(eq(i64, ez_trigger_next(trigger, last), EXECZ_TIME_NEVER));
    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MAX), EXECZ_TIME_NEVER));
}

#define TOO_LONG                                                                                   \
    "one step is too long: years and months may make up 300 years in all, weeks and days 109575 "  \
    "days"

static void
expect_refused(const char *text, size_t expected_column, const char *message)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    ez_trigger *trigger = NULL;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_trigger_parse(text, &defaults, &trigger, &column, &err), EXECZ_E_PARSE),
              "%s", text);
    cr_expect(eq(str, err.message, (char *)message), "%s", text);
    cr_expect(eq(sz, column, expected_column), "%s", text);
}

Test(calendar, mistakes_are_told_where_they_are)
{
    expect_refused("calendar(hour=9)", 1,
                   "the calendar has no step; it needs years, months, weeks or days, e.g. "
                   "calendar(months=1, hour=9)");
    expect_refused("calendar(years=1, months=3600)", 1, TOO_LONG);
    expect_refused("calendar(weeks=15653, days=7)", 1, TOO_LONG);
    expect_refused("calendar(days=1, hour=24)", 23,
                   "hour: '24' is not a whole number from 0 to 23");
    expect_refused("calendar(days=1.5)", 15, "days: '1.5' is not a whole number from 0 to 109575");
    expect_refused("calendar(day=1)", 10,
                   "unknown key 'day', did you mean \"days\"? calendar knows years, months, "
                   "weeks, days, hour, minute, second, gap, fold, start_at, end_at, jitter, "
                   "timezone and anchor");
    expect_refused("calendar(days=1, start_at=2027-01-01T09:00, end_at=2027-01-01T10:00)", 1,
                   "this never fires: none of its times lies between start_at and end_at");
}
