/* SPDX-License-Identifier: MIT */
#include "trigger/crontab.h"

#include "base/parse.h"
#include "reading.h"

static ez_trigger *
read_fields(const char *text, const char *timezone)
{
    ez_trigger_defaults defaults = {timezone, NEW_YEAR};
    ez_trigger *trigger = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_trigger_parse_cron(text, &defaults, &trigger, NULL, &err), EXECZ_OK),
              "%s: %s", text, err.message);
    return trigger;
}

/* The first n fire times after NEW_YEAR, with a blank between them. */
static void
expect_fires(const char *text, int n, const char *expected)
{
    g_autoptr(ez_trigger) trigger = read_fields(text, "UTC");
    g_autoptr(GString) times = g_string_new(NULL);
    execz_time time = NEW_YEAR;

    for (int i = 0; i < n; i++) {
        g_autofree char *word = NULL;

        time = ez_trigger_next(trigger, time);
        word = ez_format_time(time);
        g_string_append_printf(times, "%s%s", i == 0 ? "" : " ", word);
    }
    cr_expect(eq(str, times->str, (char *)expected), "%s", text);
}

static void
expect_same(const char *text, const char *other)
{
    g_autoptr(ez_trigger) one = read_fields(text, "UTC");
    g_autoptr(ez_trigger) two = read_fields(other, "UTC");
    execz_time time = NEW_YEAR;

    for (int i = 0; i < 20; i++) {
        execz_time next = ez_trigger_next(one, time);

        cr_expect(eq(i64, next, ez_trigger_next(two, time)), "%s", text);
        time = next;
    }
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

    cr_expect(eq(int, ez_trigger_parse_cron(text, &defaults, &trigger, &column, &err),
                 EXECZ_E_PARSE),
              "%s", text);
    cr_expect(eq(str, err.message, (char *)expected));
    cr_expect(eq(sz, column, expected_column), "%s", text);
}

Test(crontab, five_fields_begin_with_the_minute)
{
    expect_fires("30 2 * * 1-5", 3,
                 "2027-01-01T02:30:00Z 2027-01-04T02:30:00Z 2027-01-05T02:30:00Z");
    expect_fires("*/20 4 1 2 *", 3,
                 "2027-02-01T04:00:00Z 2027-02-01T04:20:00Z 2027-02-01T04:40:00Z");
}

Test(crontab, a_sixth_field_is_the_second_and_a_seventh_the_year)
{
    expect_fires("15 30 2 * * *", 1, "2027-01-01T02:30:15Z");
    expect_fires("15 30 2 1 1 * 2030", 2, "2030-01-01T02:30:15Z never");
}

Test(crontab, either_day_is_enough_if_both_are_restricted)
{
    expect_fires("0 0 13 * 5", 4,
                 "2027-01-08T00:00:00Z 2027-01-13T00:00:00Z 2027-01-15T00:00:00Z "
                 "2027-01-22T00:00:00Z");
    expect_fires("0 0 */2 * mon", 2, "2027-01-11T00:00:00Z 2027-01-25T00:00:00Z");
    expect_fires("0 0 ? * mon", 1, "2027-01-04T00:00:00Z");
}

Test(crontab, the_last_and_the_nth)
{
    expect_fires("0 0 L * *", 2, "2027-01-31T00:00:00Z 2027-02-28T00:00:00Z");
    expect_fires("0 0 * * 5L", 2, "2027-01-29T00:00:00Z 2027-02-26T00:00:00Z");
    expect_fires("0 0 * * tue#2", 2, "2027-01-12T00:00:00Z 2027-02-09T00:00:00Z");
}

Test(crontab, nicknames_stand_for_fields)
{
    expect_same("@yearly", "0 0 1 1 *");
    expect_same("@annually", "0 0 1 1 *");
    expect_same("@monthly", "0 0 1 * *");
    expect_same("@weekly", "0 0 * * 0");
    expect_same("@daily", "0 0 * * *");
    expect_same("@Midnight", "0 0 * * *");
    expect_same("@hourly", "0 * * * *");
}

Test(crontab, fields_alone_take_zone_and_policy_from_their_surroundings)
{
    g_autoptr(ez_trigger) trigger = read_fields(" 30  2 * * 1-5 ", "Europe/London");
    g_autofree char *text = ez_trigger_format(trigger);

    cr_expect(eq(str, text, (char *)"crontab(30 2 * * 1-5, timezone=Europe/London)"));
}

Test(crontab, its_text_is_read_again)
{
    expect_written("crontab(\"30 2 * * 1-5\")", "crontab(30 2 * * 1-5, timezone=UTC)");
    expect_written("crontab(\" 0,30\t*  * * FRI-mon\", fold=first)",
                   "crontab(\"0,30 * * * FRI-mon\", fold=first, timezone=UTC)");
    expect_written("crontab(@Daily, jitter=1m, timezone=Asia/Kolkata)",
                   "crontab(@daily, jitter=1m, timezone=Asia/Kolkata)");
    expect_written("crontab(expression=0 0 * * tue#2)", "crontab(0 0 * * tue#2, timezone=UTC)");
}

Test(crontab, mistakes_are_told_at_their_column)
{
    expect_refused("0 0 * *", 1,
                   "'0 0 * *' has 4 fields; write minute, hour, day, month and day of the week, "
                   "e.g. \"30 2 * * 1-5\", with seconds in front or also a year behind");
    expect_refused("0 0 * * * * * *", 1,
                   "'0 0 * * * * * *' has 8 fields; write minute, hour, day, month and day of the "
                   "week, e.g. \"30 2 * * 1-5\", with seconds in front or also a year behind");
    expect_refused("60 * * * *", 1, "minute: there is no minute 60, they are 0 to 59");
    expect_refused(" 0  0 * * mno", 11, "day_of_week: unknown name 'mno', did you mean \"mon\"?");
    expect_refused("@dayly", 1, "unknown '@dayly', did you mean \"@daily\"?");
    expect_refused("@reboot", 1,
                   "unknown '@reboot'; there are @yearly, @annually, @monthly, @weekly, @daily, "
                   "@midnight and @hourly");
    expect_refused("0 0 1W * *", 6, "day: 'w' does not belong behind '1', did you mean \"1\"?");
}
