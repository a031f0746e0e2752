/* SPDX-License-Identifier: MIT */
#include "trigger/edge.h"

#include "reading.h"
#include "trigger/civil.h"
#include "trigger/kind.h"

#define BERLIN "timezone=Europe/Berlin)"

/* What is said about the first fire time after this one. */
static void
expect(const char *text, const char *after, const char *expected)
{
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    g_autofree char *note = NULL;
    ez_moment from;

    cr_assert(eq(int, ez_moment_parse(after, trigger->scope.zone, &from, NULL), EXECZ_OK));
    note = ez_edge_note(trigger, from.time, ez_trigger_next(trigger, from.time));
    cr_expect(eq(str, note, (char *)expected), "%s after %s", text, after);
}

Test(edge, nothing_is_said_away_from_edges)
{
    expect("cron(hour=2, minute=30, " BERLIN, "2027-03-26T12:00", "");
    expect("interval(hours=1, start_at=2027-03-28T00:30, " BERLIN, "2027-03-28", "");
    expect("date(2027-03-28T02:30, " BERLIN, "2027-03-27", "");
}

Test(edge, a_run_for_a_wall_time_in_a_gap_tells_that_time)
{
    expect("cron(hour=2, minute=30, " BERLIN, "2027-03-27T12:00",
           "gap: 02:30 does not exist, run at 03:00 (gap=run)");
    expect("cron(hour=2, minute=30, gap=shift, " BERLIN, "2027-03-27T12:00",
           "gap: 02:30 does not exist, run at 03:30 (gap=shift)");
    expect("cron(hour=2, minute=30, gap=skip, " BERLIN, "2027-03-27T12:00",
           "gap: 2027-03-28 02:30 does not exist, skipped (gap=skip)");
    expect("calendar(days=1, hour=2, second=5, start_at=2027-01-01, " BERLIN, "2027-03-27T12:00",
           "gap: 02:00:05 does not exist, run at 03:00 (gap=run)");
}

/* Shifted, each would be another run that is real. */
Test(edge, the_gaps_time_is_told_though_others_are_as_far_apart)
{
    expect("cron(hour=1-3, minute=30, timezone=Europe/London)", "2027-03-27T23:00:00Z",
           "gap: 01:30 does not exist, run at 02:00 (gap=run)");
    expect("cron(hour=1-3, minute=30, gap=skip, timezone=Europe/London)", "2027-03-27T23:00:00Z",
           "gap: 2027-03-28 01:30 does not exist, skipped (gap=skip)");
    expect("crontab(0 12 * * *, timezone=Pacific/Apia)", "2011-12-30T00:00:00Z",
           "gap: 2011-12-30 12:00 does not exist, run at 2011-12-31 00:00 (gap=run)");
    expect("calendar(days=1, hour=1, minute=30, start_at=2027-03-01, timezone=Europe/London)",
           "2027-03-27T23:00:00Z", "gap: 01:30 does not exist, run at 02:00 (gap=run)");
}

Test(edge, a_wall_time_that_comes_twice_tells_which_it_is)
{
    expect("cron(hour=2, minute=30, " BERLIN, "2027-10-30T12:00",
           "fold: 02:30 comes twice, first of two (fold=first)");
    expect("cron(hour=2, minute=30, fold=second, " BERLIN, "2027-10-30T12:00",
           "fold: 02:30 comes twice, second of two (fold=second)");
    expect("crontab(\"*/30 * * * *\", " BERLIN, "2027-10-31T02:30:00+02:00",
           "fold: 02:00 comes twice, second of two (fold=both)");
}

Test(edge, triggers_within_others_are_asked)
{
    expect("or(interval(days=1), cron(hour=2, minute=30), " BERLIN, "2027-03-28T01:30",
           "gap: 02:30 does not exist, run at 03:00 (gap=run)");
    expect("and(cron(hour=2), cron(minute=0), " BERLIN, "2027-10-30T12:00",
           "fold: 02:00 comes twice, first of two (fold=first)");
}

Test(edge, what_one_trigger_of_several_has_skipped_is_told)
{
    expect("or(cron(hour=2, minute=30, gap=skip), cron(hour=4), " BERLIN, "2027-03-28T00:00",
           "gap: 2027-03-28 02:30 does not exist, skipped (gap=skip)");
    expect("or(cron(hour=2, minute=30, gap=skip), cron(hour=4), " BERLIN, "2027-03-28T04:00", "");
    expect("and(cron(hour=2, minute=30, gap=skip), cron(minute=30), " BERLIN, "2027-03-28T00:00",
           "gap: 2027-03-28 02:30 does not exist, skipped (gap=skip)");
    expect("or(and(cron(hour=2, minute=30, gap=skip), cron(day=1, hour=2, minute=30)), "
           "cron(hour=4), " BERLIN,
           "2027-03-28T00:00", "");
}

Test(edge, who_is_out_of_bounds_says_nothing)
{
    expect("cron(hour=2, minute=30, gap=skip, start_at=2027-03-28T12:00, " BERLIN,
           "2027-03-28T00:00", "");
    expect("or(cron(hour=2, minute=30, gap=skip), cron(hour=4), start_at=2027-03-28T03:30, " BERLIN,
           "2027-03-28T00:00", "");
    expect(
        "or(or(cron(hour=2, minute=30, gap=skip), end_at=2027-03-27T12:00), cron(hour=4), " BERLIN,
        "2027-03-28T00:00", "");
    expect("or(cron(hour=2, minute=30, end_at=2026-12-31), cron(hour=3, minute=0), " BERLIN,
           "2027-03-28T01:00", "");
}
