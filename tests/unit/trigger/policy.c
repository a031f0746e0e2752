/* SPDX-License-Identifier: MIT */
#include "trigger/policy.h"

#include "trigger/civil.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char *const keys[] = {"gap", "fold"};
static const ez_signature signature = {keys, G_N_ELEMENTS(keys), NULL};

/* What text's arguments say, where usual is EZ_POLICY_FIXED; *column_out is that of a mistake. */
static execz_status
read_policy(const char *text, ez_policy *policy_out, size_t *column_out, execz_error *err)
{
    g_autoptr(ez_syntax_call) call = NULL;
    ez_build build = {NULL, 0, err};
    execz_status status;

    cr_assert(eq(int, ez_syntax_parse(text, &call, &build.column, err), EXECZ_OK), "%s", text);
    status = ez_policy_read(policy_out, EZ_POLICY_FIXED, &build, call, &signature);
    *column_out = build.column;
    return status;
}

static void
expect_read(const char *text, ez_gap gap, ez_fold fold)
{
    ez_policy policy = EZ_POLICY_REPEATED;
    size_t column;

    cr_expect(eq(int, read_policy(text, &policy, &column, NULL), EXECZ_OK), "%s", text);
    cr_expect(policy.gap == gap && policy.fold == fold, "%s", text);
}

static void
expect_refused(const char *text, size_t expected_column, const char *expected)
{
    ez_policy policy = EZ_POLICY_REPEATED;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, read_policy(text, &policy, &column, &err), EXECZ_E_PARSE), "%s", text);
    cr_expect(eq(str, err.message, (char *)expected));
    cr_expect(eq(sz, column, expected_column), "%s", text);
    cr_expect(policy.gap == EZ_GAP_SKIP, "untouched on failure");
}

/* What is appended for policy, where usual is EZ_POLICY_FIXED. */
static void
expect_written(ez_policy policy, const char *expected)
{
    g_autoptr(GString) text = g_string_new("x(");

    ez_policy_append(&policy, EZ_POLICY_FIXED, text);
    cr_expect(eq(str, text->str, (char *)expected));
}

/* The points in time of a wall time in a zone, e.g. "2027-03-28T01:00:00Z ". */
static void
expect_times(const char *wall, const char *name, ez_policy policy, const char *expected)
{
    g_autoptr(ez_zone) utc = NULL;
    g_autoptr(ez_zone) zone = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    ez_moment moment = {0};
    int64_t times[2];
    size_t n;

    cr_assert(eq(int, ez_zone_open("UTC", &utc, NULL), EXECZ_OK));
    cr_assert(eq(int, ez_zone_open(name, &zone, NULL), EXECZ_OK));
    cr_assert(eq(int, ez_moment_parse(wall, utc, &moment, NULL), EXECZ_OK));
    n = ez_policy_times(&policy, zone, moment.time / EXECZ_SECOND, times);
    for (size_t i = 0; i < n; i++) {
        ez_moment at = {times[i] * EXECZ_SECOND, false};
        g_autofree char *time = ez_moment_format(&at, utc);

        g_string_append_printf(text, "%s%s", i == 0 ? "" : " ", time);
    }
    cr_expect(eq(str, text->str, (char *)expected), "%s in %s", wall, name);
}

Test(policy, what_is_not_given_is_as_usual)
{
    expect_read("x()", EZ_GAP_RUN, EZ_FOLD_FIRST);
    expect_read("x(gap=shift)", EZ_GAP_SHIFT, EZ_FOLD_FIRST);
    expect_read("x(fold=both)", EZ_GAP_RUN, EZ_FOLD_BOTH);
    expect_read("x(fold=second, gap=skip)", EZ_GAP_SKIP, EZ_FOLD_SECOND);
}

Test(policy, unknown_words_are_refused_at_their_column)
{
    expect_refused("x(gap=skp)", 7,
                   "gap: unknown word 'skp', did you mean \"skip\"? there are run, skip and shift");
    expect_refused("x(gap=run, fold=never)", 17,
                   "fold: unknown word 'never'; there are first, second and both");
}

Test(policy, only_what_is_unusual_is_written)
{
    expect_written(EZ_POLICY_FIXED, "x(");
    expect_written((ez_policy){EZ_GAP_SHIFT, EZ_FOLD_FIRST}, "x(gap=shift");
    expect_written(EZ_POLICY_REPEATED, "x(gap=skip, fold=both");
}

Test(policy, a_time_that_comes_once_runs_once)
{
    expect_times("2027-03-28T00:59:59", "Europe/London", EZ_POLICY_FIXED, "2027-03-28T00:59:59Z");
    expect_times("2027-03-28T02:00:00", "Europe/London", EZ_POLICY_FIXED, "2027-03-28T01:00:00Z");
    expect_times("2027-10-31T02:00:00", "Europe/London", EZ_POLICY_REPEATED,
                 "2027-10-31T02:00:00Z");
    expect_times("2027-01-01T00:00:00", "UTC", EZ_POLICY_REPEATED, "2027-01-01T00:00:00Z");
}

Test(policy, a_time_in_a_gap_runs_behind_it_or_moved_or_not)
{
    const char *wall = "2027-03-28T01:30:00";

    expect_times(wall, "Europe/London", (ez_policy){.gap = EZ_GAP_RUN}, "2027-03-28T01:00:00Z");
    expect_times(wall, "Europe/London", (ez_policy){.gap = EZ_GAP_SHIFT}, "2027-03-28T01:30:00Z");
    expect_times(wall, "Europe/London", (ez_policy){.gap = EZ_GAP_SKIP}, "");
}

Test(policy, a_day_that_was_skipped_is_a_gap)
{
    const char *wall = "2011-12-30T12:00:00";

    expect_times(wall, "Pacific/Apia", (ez_policy){.gap = EZ_GAP_RUN}, "2011-12-30T10:00:00Z");
    expect_times(wall, "Pacific/Apia", (ez_policy){.gap = EZ_GAP_SHIFT}, "2011-12-30T22:00:00Z");
}

Test(policy, a_time_in_a_fold_runs_at_either_or_both)
{
    const char *wall = "2027-04-04T01:30:00", *zone = "Australia/Lord_Howe";

    expect_times(wall, zone, (ez_policy){.fold = EZ_FOLD_FIRST}, "2027-04-03T14:30:00Z");
    expect_times(wall, zone, (ez_policy){.fold = EZ_FOLD_SECOND}, "2027-04-03T15:00:00Z");
    expect_times(wall, zone, (ez_policy){.fold = EZ_FOLD_BOTH},
                 "2027-04-03T14:30:00Z 2027-04-03T15:00:00Z");
}
