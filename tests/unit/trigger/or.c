/* SPDX-License-Identifier: MIT */
#include "trigger/or.h"

#include "reading.h"

#define AT(hours) (NEW_YEAR + (hours)*EXECZ_HOUR)

Test(or, fires_when_any_of_its_triggers_does)
{
    g_autoptr(ez_trigger) trigger = read_trigger(
        "or(interval(hours=6, start_at=2027-01-01), date(2027-01-01T05:00), interval(hours=4))");
    static const int expected[] = {0, 4, 5, 6, 8, 12, 16, 18, 20, 24};
    execz_time at = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        at = ez_trigger_next(trigger, at);
        cr_expect(eq(i64, at, AT(expected[i])));
    }
}

Test(or, what_several_have_in_common_is_one_fire_time)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("or(interval(hours=2, start_at=2027-01-01), interval(hours=3, "
                     "start_at=2027-01-01), date(2027-01-01T06:00))");
    execz_time last = 0;

    cr_expect(eq(u64, ez_trigger_count(trigger, AT(0) - 1, AT(12), 100), 9));
    cr_expect(eq(u64, ez_trigger_count(trigger, AT(0) - 1, AT(12), 4), 4));
    cr_expect(ez_trigger_last(trigger, AT(11), &last) && last == AT(10));
    cr_expect(ez_trigger_last(trigger, AT(9) + 1, &last) && last == AT(9));
    cr_expect(not(ez_trigger_last(trigger, AT(0) - 1, &last)));
}

Test(or, keeps_its_bounds_and_those_of_its_triggers)
{
    g_autoptr(ez_trigger) trigger = read_trigger(
        "or(interval(hours=1, start_at=2027-01-01, end_at=2027-01-01T04:00), interval(hours=12, "
        "start_at=2027-01-01), start_at=2027-01-01T02:30, end_at=2027-01-02)");
    static const int expected[] = {3, 4, 12, 24};
    execz_time at = 0, last = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        at = ez_trigger_next(trigger, at);
        cr_expect(eq(i64, at, AT(expected[i])));
    }
    cr_expect(eq(i64, ez_trigger_next(trigger, at), EXECZ_TIME_NEVER));
    cr_expect(not(ez_trigger_last(trigger, AT(2), &last)));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, INT64_MAX, 100), 4));
}

/* Sixteen phases of 1 s within a year are half a billion fire times. */
Test(or, counts_much_at_the_same_cost_and_not_too_much)
{
    g_autoptr(GString) text = g_string_new("or(interval(seconds=1, start_at=2027-01-01)");
    g_autoptr(ez_trigger) trigger = NULL;
    uint64_t n;

    for (int i = 1; i < 16; i++) {
        g_string_append_printf(text, ", interval(seconds=1, start_at=2027-01-01T00:00:00.%02d)", i);
    }
    g_string_append_c(text, ')');
    trigger = read_trigger(text->str);
    n = ez_trigger_count(trigger, NEW_YEAR, NEW_YEAR + 365 * EXECZ_DAY, UINT64_MAX);
    cr_expect(ge(u64, n, 365 * 86400 - 1));
    cr_expect(le(u64, n, 16 * 365 * 86400));
    cr_expect(eq(u64, ez_trigger_count(trigger, NEW_YEAR, INT64_MAX, 1000000), 1000000));
    cr_expect(eq(u64, ez_trigger_count(trigger, NEW_YEAR, NEW_YEAR + EXECZ_SECOND, 99), 16));
}

Test(or, of_one_trigger_counts_what_it_counts_though_that_takes_all_steps)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("or(and(cron(hour=*/2), or(cron(year=*/2), cron(minute=7))), timezone=UTC)");
    execz_time at =
        NEW_YEAR + 365 * EXECZ_DAY; /* of the next even year, and the last one for long */

    cr_expect(eq(u64, ez_trigger_count(trigger, at - 1, at, 9), 1));
}

static void
expect_over(const char *text, size_t expected_column)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    g_autoptr(ez_trigger) trigger = NULL;
    execz_error err = EXECZ_ERROR_INIT;
    size_t column = 0;

    cr_expect(eq(int, ez_trigger_parse(text, &defaults, &trigger, &column, &err), EXECZ_E_PARSE),
              "%s", text);
    cr_expect(eq(str, err.message,
                 (char *)"this never fires: none of its times lies between start_at and end_at"),
              "%s", text);
    cr_expect(eq(sz, column, expected_column), "%s", text);
}

Test(or, what_never_fires_within_its_bounds_is_refused)
{
    expect_over("or(cron(hour=1), end_at=1970-01-01)", 1);
    expect_over("or(date(2028-01-01), start_at=2029-01-01)", 1);
    expect_over("or(cron(hour=1), or(date(2028-01-01), end_at=2027-01-01))", 18);
    expect_over("and(cron(hour=2), cron(minute=0), end_at=1970-01-01)", 1);
}

/* Read again when its end has come it is the same trigger, which is over. */
Test(or, what_counts_from_when_it_is_added_may_be_over)
{
    static const char *const texts[] = {
        "or(interval(hours=1), end_at=2026-12-31)",
        "or(or(calendar(days=1)), end_at=2026-12-31)",
        "and(interval(hours=1), interval(hours=2), end_at=2026-12-31)",
        "or(shutdown(), end_at=2026-12-31)",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(ez_trigger) trigger = read_trigger(texts[i]);
        g_autofree char *written = ez_trigger_format(trigger);
        g_autoptr(ez_trigger) again = read_trigger(written);

        cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR), EXECZ_TIME_NEVER), "%s", texts[i]);
        cr_expect(eq(i64, ez_trigger_next(again, NEW_YEAR), EXECZ_TIME_NEVER), "%s", written);
    }
}

Test(or, jitter_is_that_of_the_whole)
{
    g_autoptr(ez_trigger) trigger = read_trigger("or(interval(hours=1), jitter=10m)");

    cr_expect(eq(i64, ez_trigger_jitter(trigger), 10 * EXECZ_MINUTE));
}
