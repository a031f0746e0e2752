/* SPDX-License-Identifier: MIT */
#include "trigger/date.h"

#include "reading.h"

Test(date, it_fires_once_whatever_now_is)
{
    g_autoptr(ez_trigger) trigger = read_trigger("date(1999-12-31T23:59:59)");
    execz_time time = INT64_C(946684799) * EXECZ_SECOND;

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), time));
    cr_expect(eq(i64, ez_trigger_next(trigger, time - 1), time));
    cr_expect(eq(i64, ez_trigger_next(trigger, time), EXECZ_TIME_NEVER));
}

Test(date, now_is_when_the_schedule_begins)
{
    ez_trigger_defaults defaults = {.anchor = NEW_YEAR};
    g_autoptr(ez_trigger) trigger = NULL;
    g_autofree char *text = NULL;

    cr_assert(ez_trigger_parse("date(now)", &defaults, &trigger, NULL, NULL) == EXECZ_OK);
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR - 1), NEW_YEAR));
    text = ez_trigger_format(trigger);
    cr_expect(eq(str, text, (char *)"date(2027-01-01T00:00:00Z, timezone=UTC)"));
}

Test(date, last_and_count_know_the_one_time)
{
    g_autoptr(ez_trigger) trigger = read_trigger("date(2027-01-01)");
    execz_time last = 0;

    cr_expect(not(ez_trigger_last(trigger, NEW_YEAR - 1, &last)));
    cr_expect(ez_trigger_last(trigger, NEW_YEAR, &last) && last == NEW_YEAR);
    cr_expect(eq(u64, ez_trigger_count(trigger, NEW_YEAR - 1, NEW_YEAR, 9), 1));
    cr_expect(eq(u64, ez_trigger_count(trigger, NEW_YEAR, EXECZ_TIME_NEVER, 9), 0));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, NEW_YEAR - 1, 9), 0));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, EXECZ_TIME_NEVER, 0), 0));
}

Test(date, run_at_is_what_a_bare_value_means)
{
    g_autoptr(ez_trigger) bare = read_trigger("date(2027-01-01T09:00:00, timezone=Asia/Kolkata)");
    g_autoptr(ez_trigger) keyed =
        read_trigger("date(timezone=Asia/Kolkata, run_at=\"2027-1-1 9:00\")");
    g_autofree char *bare_text = ez_trigger_format(bare);
    g_autofree char *keyed_text = ez_trigger_format(keyed);

    cr_expect(eq(str, bare_text, (char *)"date(2027-01-01T09:00:00, timezone=Asia/Kolkata)"));
    cr_expect(eq(str, keyed_text, bare_text));
    cr_expect(eq(i64, ez_trigger_next(keyed, 0), NEW_YEAR + 210 * EXECZ_MINUTE));
}

Test(date, it_may_have_jitter)
{
    g_autoptr(ez_trigger) trigger = read_trigger("date(2027-01-01, jitter=5m)");
    g_autofree char *text = ez_trigger_format(trigger);

    cr_expect(eq(i64, ez_trigger_jitter(trigger), 5 * EXECZ_MINUTE));
    cr_expect(eq(str, text, (char *)"date(2027-01-01T00:00:00Z, jitter=5m, timezone=UTC)"));
}
