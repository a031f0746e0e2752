/* SPDX-License-Identifier: MIT */
#include "trigger/combine.h"

#include "reading.h"

static void
expect_text(const char *text, const char *expected)
{
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    g_autofree char *written = ez_trigger_format(trigger);
    g_autoptr(ez_trigger) again = read_trigger(written);
    g_autofree char *rewritten = ez_trigger_format(again);

    cr_expect(eq(str, written, (char *)expected));
    cr_expect(eq(str, rewritten, written));
}

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

Test(combine, its_text_is_canonical)
{
    expect_text("or( date(2027-01-01) ,interval(hours=6,start_at=2027-01-01) )",
                "or(date(2027-01-01T00:00:00Z), interval(hours=6, start_at=2027-01-01T00:00:00Z), "
                "timezone=UTC)");
    expect_text("and(interval(hours=6), or(shutdown(), interval(hours=1)), jitter=60, "
                "start_at=2027-01-01, end_at=2028-01-01)",
                "and(interval(hours=6, anchor=2027-01-01T00:00:00Z), or(shutdown(), "
                "interval(hours=1, anchor=2027-01-01T00:00:00Z)), start_at=2027-01-01T00:00:00Z, "
                "end_at=2028-01-01T00:00:00Z, jitter=1m, timezone=UTC)");
}

Test(combine, gives_its_zone_to_triggers_that_name_none)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("or(or(date(2027-01-01T09:00)), date(2027-01-01T09:00, timezone=UTC), "
                     "timezone=Asia/Kolkata)");

    cr_expect(eq(i64, ez_trigger_next(trigger, 0), NEW_YEAR + 210 * EXECZ_MINUTE));
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR + 210 * EXECZ_MINUTE),
                 NEW_YEAR + 9 * EXECZ_HOUR));
    expect_text("or(or(date(2027-01-01T09:00)), date(2027-01-01T09:00, timezone=UTC), "
                "timezone=Asia/Kolkata)",
                "or(or(date(2027-01-01T09:00:00)), date(2027-01-01T09:00:00Z, timezone=UTC), "
                "timezone=Asia/Kolkata)");
}

Test(combine, mistakes_are_told_where_they_are)
{
    expect_refused("or()", 1, "or has no trigger within it, e.g. or(cron(hour=2), cron(day=1))");
    expect_refused("or(date(2027-01-01), and(start_at=2027-01-01))", 22,
                   "and has no trigger within it, e.g. and(cron(hour=2), cron(day=1))");
    expect_refused("or(date(2027-01-01), interval(hours=1, jitter=1m))", 22,
                   "interval within or has a jitter of its own; a run is moved once, so write "
                   "jitter= in or(...)");
    expect_refused(
        "or(date(2027-01-01), interval(hours=1, from=end))", 22,
        "interval within or cannot count from the end of a run, for that is known of the "
        "whole only; leave from=end out");
    expect_refused("or(date(2027-01-01), interval(hours=six))", 37,
                   "hours: 'six' is not a number >= 0 with at most 9 decimals; write one like 6 "
                   "or 1.5");
    expect_refused("or(date(2027-01-01), hours=6)", 22,
                   "unknown key 'hours'; or knows start_at, end_at, jitter and timezone");
    expect_refused("or(date(2027-01-01), 6)", 22,
                   "'6' needs a key in front of it; or knows start_at, end_at, jitter and "
                   "timezone");
    expect_refused("or(date(2027-01-01), timezone=Asia/Kolkatta)", 31,
                   "timezone: unknown time zone 'Asia/Kolkatta', did you mean \"Asia/Kolkata\"?");
}
