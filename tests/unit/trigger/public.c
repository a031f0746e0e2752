/* SPDX-License-Identifier: MIT */
#include <execz/trigger.h>

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define NEW_YEAR (INT64_C(1798761600) * EXECZ_SECOND)
#define SPARSE                                                                                     \
    "and(or(interval(seconds=0.999, start_at=2027-01-01)), or(interval(seconds=1, "                \
    "start_at=2027-01-01)))"

static execz_trigger *
must(execz_trigger *trigger)
{
    cr_assert(trigger != NULL);
    return trigger;
}

static void
expect_next(execz_trigger *trigger, execz_time expected)
{
    execz_time at = 0;

    cr_expect(eq(int, execz_trigger_next(must(trigger), NEW_YEAR, &at), EXECZ_OK));
    cr_expect(eq(i64, at, expected));
    execz_trigger_free(trigger);
}

Test(public, all_ways_to_write_a_trigger_are_read)
{
    execz_trigger_surroundings here = EXECZ_TRIGGER_SURROUNDINGS_INIT;

    here.timezone = "Asia/Kolkata";
    here.anchor = NEW_YEAR;
    expect_next(execz_trigger_parse("interval(hours=6)", &here, NULL, NULL),
                NEW_YEAR + 6 * EXECZ_HOUR);
    expect_next(execz_trigger_from_crontab("30 6 * * *", &here, NULL, NULL), NEW_YEAR + EXECZ_HOUR);
    expect_next(execz_trigger_from_every("90m", &here, NULL, NULL), NEW_YEAR + 90 * EXECZ_MINUTE);
    expect_next(execz_trigger_from_at("2027-01-01T09:00", &here, NULL, NULL),
                NEW_YEAR + 210 * EXECZ_MINUTE);
    expect_next(execz_trigger_parse("cron(hour=2)", NULL, NULL, NULL), NEW_YEAR + 2 * EXECZ_HOUR);
}

Test(public, a_mistake_is_told_with_its_column)
{
    execz_error err = EXECZ_ERROR_INIT;
    size_t column = 0;

    cr_expect(execz_trigger_parse("cron(hour=25)", NULL, &column, &err) == NULL);
    cr_expect(all(eq(sz, column, 11), eq(int, err.status, EXECZ_E_PARSE)));
    cr_expect(execz_trigger_from_crontab("0 25 * * *", NULL, &column, &err) == NULL);
    cr_expect(eq(sz, column, 3));
    cr_expect(execz_trigger_from_every("soon", NULL, NULL, NULL) == NULL);
    execz_trigger_free(NULL);
}

Test(public, next_last_and_count_are_those_of_the_trigger)
{
    execz_trigger *trigger =
        must(execz_trigger_parse("interval(hours=1, start_at=2027-01-01)", NULL, NULL, NULL));
    execz_time at = 7;

    cr_expect(eq(int, execz_trigger_last(trigger, NEW_YEAR - 1, &at), EXECZ_E_NOT_FOUND));
    cr_expect(eq(i64, at, 7));
    cr_expect(eq(int, execz_trigger_last(trigger, NEW_YEAR + 1, &at), EXECZ_OK));
    cr_expect(eq(i64, at, NEW_YEAR));
    cr_expect(eq(u64, execz_trigger_count(trigger, NEW_YEAR, NEW_YEAR + EXECZ_DAY, 99), 24));
    cr_expect(eq(int, execz_trigger_at_shutdown(trigger), 0));
    cr_expect(eq(int, execz_trigger_counts_from_end(trigger), 0));
    execz_trigger_free(trigger);
}

Test(public, a_search_that_ends_early_is_repeated_from_where_it_ended)
{
    execz_trigger *trigger = must(execz_trigger_parse(SPARSE, NULL, NULL, NULL));
    execz_time at = NEW_YEAR, before;
    execz_status status;

    do {
        before = at;
        status = execz_trigger_next(trigger, at, &at);
        cr_assert(gt(i64, at, before));
    } while (status == EXECZ_E_BUSY);
    cr_expect(all(eq(int, status, EXECZ_OK), eq(i64, at, NEW_YEAR + 999 * EXECZ_SECOND)));
    cr_expect(eq(int, execz_trigger_last(trigger, at - 1, &at), EXECZ_E_BUSY));
    execz_trigger_free(trigger);
}

Test(public, texts_are_written_like_snprintf_does)
{
    execz_trigger *trigger = must(
        execz_trigger_parse("cron(hour=2, minute=30, timezone=Europe/Berlin)", NULL, NULL, NULL));
    execz_time gap = INT64_C(1806195600) * EXECZ_SECOND;
    char text[100], little[5];

    cr_expect(eq(sz, execz_trigger_format(trigger, NULL, 0),
                 strlen("cron(hour=2, minute=30, timezone=Europe/Berlin)")));
    (void)execz_trigger_format(trigger, little, sizeof little);
    cr_expect(eq(str, little, (char *)"cron"));
    (void)execz_trigger_local_time(trigger, gap, text, sizeof text);
    cr_expect(eq(str, text, (char *)"2027-03-28T03:00:00+02:00"));
    (void)execz_trigger_note(trigger, NEW_YEAR, gap, text, sizeof text);
    cr_expect(eq(str, text, (char *)"gap: 02:30 does not exist, run at 03:00 (gap=run)"));
    execz_trigger_free(trigger);
}

Test(public, nothing_in_place_of_something_is_refused)
{
    execz_trigger_surroundings cut = {.size = 12};
    execz_error err = EXECZ_ERROR_INIT;
    execz_trigger *trigger = must(execz_trigger_parse("cron(hour=2)", NULL, NULL, NULL));
    execz_time at = 0;
    char text[8] = "text";

    cr_expect(execz_trigger_parse(NULL, NULL, NULL, &err) == NULL && err.status == EXECZ_E_INVAL);
    cr_expect(execz_trigger_from_crontab(NULL, NULL, NULL, NULL) == NULL);
    cr_expect(execz_trigger_parse("cron(hour=2)", &cut, NULL, &err) == NULL);
    cr_expect(strstr(err.message, "EXECZ_TRIGGER_SURROUNDINGS_INIT") != NULL, "%s", err.message);
    cr_expect(eq(int, execz_trigger_next(NULL, 0, &at), EXECZ_E_INVAL));
    cr_expect(eq(int, execz_trigger_next(trigger, 0, NULL), EXECZ_E_INVAL));
    cr_expect(eq(int, execz_trigger_last(NULL, 0, &at), EXECZ_E_INVAL));
    cr_expect(eq(int, execz_trigger_last(trigger, 0, NULL), EXECZ_E_INVAL));
    cr_expect(eq(u64, execz_trigger_count(NULL, 0, 1, 1), 0));
    cr_expect(eq(int, execz_trigger_at_shutdown(NULL), 0));
    cr_expect(eq(int, execz_trigger_counts_from_end(NULL), 0));
    cr_expect(eq(sz, execz_trigger_format(NULL, text, sizeof text), 0));
    cr_expect(eq(str, text, (char *)""));
    cr_expect(gt(sz, execz_trigger_format(trigger, NULL, 9), 9));
    execz_trigger_free(trigger);
}

Test(public, the_ends_of_time_are_told_too)
{
    execz_trigger *trigger = must(execz_trigger_parse("cron(hour=2)", NULL, NULL, NULL));
    char text[40];

    (void)execz_trigger_local_time(trigger, INT64_MIN, text, sizeof text);
    cr_expect(eq(str, text, (char *)"1970-01-01T00:00:00Z"));
    cr_expect(eq(sz, execz_trigger_note(trigger, 0, INT64_MIN, text, sizeof text), 0));
    cr_expect(eq(sz, execz_trigger_note(trigger, 0, EXECZ_TIME_NEVER, text, sizeof text), 0));
    execz_trigger_free(trigger);
}

Test(public, a_line_of_a_crontab_that_could_not_be_read_back_is_too_long)
{
    char line[] = "1 * * * *";
    char longer[601 + sizeof line];
    execz_error err = EXECZ_ERROR_INIT;

    memset(longer, '1', 599);
    memcpy(longer + 599, line, sizeof line);
    cr_expect(execz_trigger_from_crontab(longer, NULL, NULL, &err) == NULL);
    cr_expect(eq(int, err.status, EXECZ_E_LIMIT));
    cr_expect(eq(str, err.message, (char *)"a line of 608 bytes is too long, the limit is 512"));
}
