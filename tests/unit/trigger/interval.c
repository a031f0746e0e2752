/* SPDX-License-Identifier: MIT */
#include "trigger/interval.h"

#include "reading.h"

#define DECADE (3650 * EXECZ_DAY)

static void
expect_text(const char *text, const char *expected)
{
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    g_autofree char *actual = ez_trigger_format(trigger);

    cr_expect(eq(str, actual, (char *)expected));
}

Test(interval, without_start_at_it_first_fires_one_length_after_the_anchor)
{
    g_autoptr(ez_trigger) trigger = read_trigger("interval(hours=6)");

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), NEW_YEAR + 6 * EXECZ_HOUR));
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR), NEW_YEAR + 6 * EXECZ_HOUR));
    cr_expect(
        eq(i64, ez_trigger_next(trigger, NEW_YEAR + 6 * EXECZ_HOUR), NEW_YEAR + 12 * EXECZ_HOUR));
}

Test(interval, with_start_at_it_first_fires_then)
{
    g_autoptr(ez_trigger) trigger = read_trigger("interval(hours=6, start_at=2027-01-01)");

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), NEW_YEAR));
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR - 1), NEW_YEAR));
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR), NEW_YEAR + 6 * EXECZ_HOUR));
}

Test(interval, with_start_at_now_it_first_fires_at_the_anchor)
{
    g_autoptr(ez_trigger) trigger = read_trigger("interval(hours=6, start_at=now)");
    g_autoptr(ez_trigger) later = ez_trigger_count_from(trigger, NEW_YEAR + EXECZ_HOUR);

    cr_expect(eq(i64, ez_trigger_next(trigger, INT64_MIN), NEW_YEAR));
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR), NEW_YEAR + 6 * EXECZ_HOUR));
    cr_expect(ez_trigger_is_anchored(trigger));
    cr_expect(eq(i64, ez_trigger_next(later, INT64_MIN), NEW_YEAR + EXECZ_HOUR));
}

Test(interval, from_the_end_of_a_run_fires_once_and_then_after_each_end)
{
    execz_time end = NEW_YEAR + 10 * EXECZ_HOUR;
    g_autoptr(ez_trigger) first = read_trigger("interval(hours=6, from=end, end_at=2027-01-02)");
    g_autoptr(ez_trigger) second = ez_trigger_after_end(first, end);
    g_autoptr(ez_trigger) last = ez_trigger_after_end(second, NEW_YEAR + 20 * EXECZ_HOUR);

    cr_expect(ez_trigger_counts_from_end(first) && ez_trigger_counts_from_end(second));
    cr_expect(eq(i64, ez_trigger_next(first, INT64_MIN), NEW_YEAR + 6 * EXECZ_HOUR));
    cr_expect(eq(i64, ez_trigger_next(first, NEW_YEAR + 6 * EXECZ_HOUR), EXECZ_TIME_NEVER));
    cr_expect(eq(i64, ez_trigger_next(second, end), end + 6 * EXECZ_HOUR));
    cr_expect(eq(i64, ez_trigger_next(last, NEW_YEAR), EXECZ_TIME_NEVER), "end_at holds");
}

Test(interval, from_the_end_of_a_run_forgets_its_first_start)
{
    g_autoptr(ez_trigger) first = read_trigger("interval(hours=6, from=end, start_at=2027-01-01)");
    g_autoptr(ez_trigger) second = ez_trigger_after_end(first, NEW_YEAR + EXECZ_HOUR);

    cr_expect(eq(i64, ez_trigger_next(first, INT64_MIN), NEW_YEAR));
    cr_expect(eq(i64, ez_trigger_next(second, INT64_MIN), NEW_YEAR + 7 * EXECZ_HOUR));
}

Test(interval, by_the_clock_counts_from_no_end)
{
    g_autoptr(ez_trigger) trigger = read_trigger("interval(hours=6)");

    cr_expect(not(ez_trigger_counts_from_end(trigger)));
    cr_expect(eq(ptr, ez_trigger_after_end(trigger, NEW_YEAR), NULL));
}

Test(interval, end_at_is_inclusive)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("interval(hours=6, start_at=2027-01-01, end_at=2027-01-01T06:00)");
    execz_time last = 0;

    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR), NEW_YEAR + 6 * EXECZ_HOUR));
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR + 6 * EXECZ_HOUR), EXECZ_TIME_NEVER));
    cr_expect(ez_trigger_last(trigger, EXECZ_TIME_NEVER, &last));
    cr_expect(eq(i64, last, NEW_YEAR + 6 * EXECZ_HOUR));
}

Test(interval, time_elapses_while_clocks_are_set)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("interval(hours=24, start_at=2027-10-30T12:00, timezone=Europe/London)");
    execz_time first = ez_trigger_next(trigger, INT64_MIN);

    cr_expect(eq(i64, ez_trigger_next(trigger, first) - first, 24 * EXECZ_HOUR));
}

Test(interval, units_add_up_and_may_have_fractions)
{
    g_autoptr(ez_trigger) trigger =
        read_trigger("interval(weeks=1, days=1, hours=1.5, minutes=1, seconds=0.000000001)");
    execz_duration length = ez_trigger_next(trigger, NEW_YEAR) - NEW_YEAR;

    cr_expect(eq(i64, length, 8 * EXECZ_DAY + 91 * EXECZ_MINUTE + 1));
}

Test(interval, its_text_is_canonical)
{
    expect_text(
        "interval(minutes=90, from=end)",
        "interval(hours=1, minutes=30, from=end, anchor=2027-01-01T00:00:00Z, timezone=UTC)");
    expect_text("interval(minutes=90)",
                "interval(hours=1, minutes=30, anchor=2027-01-01T00:00:00Z, timezone=UTC)");
    expect_text("interval( seconds = 0.5 , hours = \"0\" )",
                "interval(seconds=0.5, anchor=2027-01-01T00:00:00Z, timezone=UTC)");
    expect_text(
        "interval(days=14, jitter=90, timezone=Asia/Kolkata, start_at=2027-01-01 9:00)",
        "interval(weeks=2, start_at=2027-01-01T09:00:00, jitter=1m 30s, timezone=Asia/Kolkata)");
    expect_text("interval(seconds=30.25, end_at=2027-10-31T01:30:00Z, timezone=Europe/London)",
                "interval(seconds=30.25, anchor=2027-01-01T00:00:00+00:00, "
                "end_at=2027-10-31T01:30:00+00:00, timezone=Europe/London)");
}

Test(interval, its_text_means_the_same_in_other_surroundings)
{
    ez_trigger_defaults other = {"Asia/Tokyo", NEW_YEAR + 12345};
    g_autoptr(ez_trigger) trigger = read_trigger("interval(hours=6, end_at=2027-02-01)");
    g_autofree char *text = ez_trigger_format(trigger);
    g_autofree char *again_text = NULL;
    g_autoptr(ez_trigger) again = NULL;

    cr_assert(eq(int, ez_trigger_parse(text, &other, &again, NULL, NULL), EXECZ_OK));
    again_text = ez_trigger_format(again);
    cr_expect(eq(str, again_text, text));
    cr_expect(eq(i64, ez_trigger_next(again, 0), NEW_YEAR + 6 * EXECZ_HOUR));
}

Test(interval, one_whose_end_has_passed_is_read_back_too)
{
    g_autoptr(ez_trigger) trigger = read_trigger("interval(hours=6, end_at=2026-01-01)");
    g_autofree char *text = ez_trigger_format(trigger);
    g_autoptr(ez_trigger) again = read_trigger(text);

    cr_expect(eq(i64, ez_trigger_next(trigger, 0), EXECZ_TIME_NEVER));
    cr_expect(eq(i64, ez_trigger_next(again, 0), EXECZ_TIME_NEVER));
}

Test(interval, lengths_end_at_their_limits)
{
    cr_expect(eq(int, ez_interval_check_length(EZ_INTERVAL_MIN, NULL), EXECZ_OK));
    cr_expect(eq(int, ez_interval_check_length(EZ_INTERVAL_MIN - 1, NULL), EXECZ_E_PARSE));
    cr_expect(eq(int, ez_interval_check_length(EZ_INTERVAL_MAX, NULL), EXECZ_OK));
    cr_expect(eq(int, ez_interval_check_length(EZ_INTERVAL_MAX + 1, NULL), EXECZ_E_PARSE));
}

Test(interval, anchors_end_at_their_limits)
{
    cr_expect(eq(int, ez_interval_check_anchor(EZ_CIVIL_BEGIN, NULL), EXECZ_OK));
    cr_expect(eq(int, ez_interval_check_anchor(EZ_CIVIL_BEGIN - 1, NULL), EXECZ_E_INVAL));
    cr_expect(eq(int, ez_interval_check_anchor(EZ_CIVIL_END - 1, NULL), EXECZ_OK));
    cr_expect(eq(int, ez_interval_check_anchor(EZ_CIVIL_END, NULL), EXECZ_E_INVAL));
}

Test(interval, what_lies_beyond_time_never_comes)
{
    g_autoptr(ez_trigger) far = read_trigger("interval(days=36525, start_at=2261-12-31)");
    g_autoptr(ez_trigger) beyond = read_trigger("interval(days=36525, anchor=2261-12-31)");
    execz_time first = ez_trigger_next(far, 0), last = 0;

    cr_expect(eq(i64, first, EZ_CIVIL_END - EXECZ_DAY));
    cr_expect(eq(i64, ez_trigger_next(far, first), EXECZ_TIME_NEVER));
    cr_expect(eq(i64, ez_trigger_next(far, EXECZ_TIME_NEVER), EXECZ_TIME_NEVER));
    cr_expect(ez_trigger_last(far, EXECZ_TIME_NEVER, &last) && last == first);
    cr_expect(eq(i64, ez_trigger_next(beyond, 0), EXECZ_TIME_NEVER));
    cr_expect(not(ez_trigger_last(beyond, EXECZ_TIME_NEVER, &last)));
    cr_expect(eq(u64, ez_trigger_count(beyond, INT64_MIN, EXECZ_TIME_NEVER, 9), 0));
}

/* A schedule of other kinds ends there, too, and what is later cannot be written. */
Test(interval, the_last_run_is_one_whose_time_can_be_told)
{
    g_autoptr(ez_trigger) trigger = read_trigger("interval(hours=18, start_at=2261-12-31)");
    execz_time first = EZ_CIVIL_END - EXECZ_DAY, last = 0;

    cr_expect(eq(i64, ez_trigger_next(trigger, first), first + 18 * EXECZ_HOUR));
    cr_expect(eq(i64, ez_trigger_next(trigger, first + 18 * EXECZ_HOUR), EXECZ_TIME_NEVER));
    cr_expect(ez_trigger_last(trigger, EXECZ_TIME_NEVER, &last));
    cr_expect(eq(i64, last, first + 18 * EXECZ_HOUR));
    cr_expect(eq(u64, ez_trigger_count(trigger, 0, EXECZ_TIME_NEVER, 9), 2));
}

Test(interval, the_shortest_one_counts_all_of_time)
{
    g_autoptr(ez_trigger) trigger = read_trigger("interval(seconds=0.001, start_at=1970-01-01)");

    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, EXECZ_TIME_NEVER, UINT64_MAX),
                 (uint64_t)(EZ_CIVIL_END - 1) / 1000000 + 1));
    cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, EXECZ_TIME_NEVER, 7), 7));
}

/* A trigger with random length, phase and bounds; its text is left in *text_out. */
static ez_trigger *
random_interval(GRand *dice, char **text_out)
{
    static const char *const bounds[] = {"start_at", "anchor"};
    g_autoptr(ez_zone) utc = NULL;
    ez_moment start = {NEW_YEAR + (execz_time)(g_rand_double(dice) * DECADE), false};
    ez_moment end = {start.time + (execz_time)(g_rand_double(dice) * DECADE), false};
    g_autofree char *start_at = NULL, *end_at = NULL;
    GString *text = g_string_new("interval(");

    cr_assert(eq(int, ez_zone_open("UTC", &utc, NULL), EXECZ_OK));
    start_at = ez_moment_format(&start, utc);
    end_at = ez_moment_format(&end, utc);
    g_string_append_printf(text, "hours=%d, seconds=%d.%03d", g_rand_int_range(dice, 0, 400),
                           g_rand_int_range(dice, 0, 9999), g_rand_int_range(dice, 1, 999));
    if (g_rand_boolean(dice)) {
        g_string_append_printf(text, ", %s=%s", bounds[g_rand_boolean(dice)], start_at);
    }
    if (g_rand_boolean(dice)) {
        g_string_append_printf(text, ", end_at=%s", end_at);
    }
    g_string_append_c(text, ')');
    *text_out = g_string_free(text, FALSE);
    return read_trigger(*text_out);
}

/* What must hold between next, last and count around a fire time. */
static void
expect_agreement(const ez_trigger *trigger, execz_time time, const char *text)
{
    execz_time next = ez_trigger_next(trigger, time), last = 0, back = 0;

    if (next != EXECZ_TIME_NEVER) {
        cr_expect(next > time, "%s", text);
        cr_expect(ez_trigger_last(trigger, next, &back) && back == next, "%s", text);
        cr_expect(eq(i64, ez_trigger_next(trigger, next - 1), next), "%s", text);
        cr_expect(eq(u64, ez_trigger_count(trigger, time, next, 9), 1), "%s", text);
        cr_expect(eq(u64, ez_trigger_count(trigger, time, next - 1, 9), 0), "%s", text);
    }
    if (ez_trigger_last(trigger, time, &last)) {
        cr_expect(last <= time, "%s", text);
        cr_expect(eq(i64, ez_trigger_next(trigger, last), next), "%s", text);
        cr_expect(eq(i64, ez_trigger_next(trigger, last - 1), last), "%s", text);
        cr_expect(eq(u64, ez_trigger_count(trigger, last, time, 9), 0), "%s", text);
    } else {
        cr_expect(eq(u64, ez_trigger_count(trigger, INT64_MIN, time, 9), 0), "%s", text);
    }
}

/* Counting by steps of next gives what count gives at once. */
static void
expect_steps(const ez_trigger *trigger, execz_time after, const char *text)
{
    execz_time until = after;
    uint64_t steps = 0;

    for (; steps < 20 && ez_trigger_next(trigger, until) != EXECZ_TIME_NEVER; steps++) {
        until = ez_trigger_next(trigger, until);
    }
    cr_expect(eq(u64, ez_trigger_count(trigger, after, until, 100), steps), "%s", text);
    cr_expect(eq(u64, ez_trigger_count(trigger, after, until, 5), MIN(steps, 5)), "%s", text);
}

Test(interval, next_last_and_count_agree)
{
    const guint32 seed = 20270101;
    GRand *dice = g_rand_new_with_seed(seed);

    cr_log_info("seed %u\n", seed);
    for (unsigned i = 0; i < 2000; i++) {
        g_autofree char *text = NULL;
        g_autoptr(ez_trigger) trigger = random_interval(dice, &text);
        execz_time time = NEW_YEAR + (execz_time)((g_rand_double(dice) * 3 - 0.5) * DECADE);

        expect_agreement(trigger, time, text);
        expect_agreement(trigger, ez_trigger_next(trigger, time), text);
        expect_steps(trigger, time, text);
    }
    g_rand_free(dice);
}
