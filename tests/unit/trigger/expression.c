/* SPDX-License-Identifier: MIT */
#include "trigger/expression.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>

static void
expect_refused(ez_field field, ez_dialect dialect, const char *text, size_t expected_offset,
               const char *expected)
{
    ez_values values = {0};
    size_t offset = 99;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_expression_read(field, dialect, text, &values, &offset, &err),
                 EXECZ_E_PARSE),
              "%s", text);
    cr_expect(eq(str, err.message, (char *)expected));
    cr_expect(eq(sz, offset, expected_offset), "%s", text);
}

static ez_values
read_field(ez_field field, ez_dialect dialect, const char *text)
{
    ez_values values = {0};
    size_t offset;
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_expression_read(field, dialect, text, &values, &offset, &err), EXECZ_OK),
              "%s: %s", text, err.message);
    return values;
}

static void
expect_minutes(const char *text, uint64_t expected)
{
    cr_expect(eq(u64, read_field(EZ_FIELD_MINUTE, EZ_DIALECT_CRON, text).times.minutes, expected),
              "%s", text);
}

static void
expect_months(ez_dialect dialect, const char *text, uint64_t expected)
{
    cr_expect(eq(u64, read_field(EZ_FIELD_MONTH, dialect, text).months, expected), "%s", text);
}

/* Each weekday is one bit, Monday the lowest. */
static void
expect_weekdays(ez_dialect dialect, const char *text, unsigned expected)
{
    ez_values values = read_field(EZ_FIELD_DAY_OF_WEEK, dialect, text);
    unsigned weekdays = 0;

    for (int weekday = 0; weekday < 7; weekday++) {
        weekdays |= (unsigned)(values.day_of_week.weekday[weekday] == EZ_EACH_WEEKDAY) << weekday;
    }
    cr_expect(eq(uint, weekdays, expected), "%s", text);
}

Test(expression, numbers_ranges_steps_and_lists)
{
    expect_minutes("0", 0x1);
    expect_minutes("7,3", 0x88);
    expect_minutes("1-3", 0xe);
    expect_minutes("*", UINT64_C(0xfffffffffffffff));
    expect_minutes("*/20", 0x10000100001);
    expect_minutes("50/4", UINT64_C(0x444) << 48);
    expect_minutes("1-9/4", 0x222);
    expect_minutes(" 1 , 2-3 ,05", 0x2e);
}

Test(expression, months_have_names_in_any_case)
{
    expect_months(EZ_DIALECT_CRON, "jan", 0x2);
    expect_months(EZ_DIALECT_CRON, "FEB-Apr", 0x1c);
    expect_months(EZ_DIALECT_CRON, "dec,1", 0x1002);
    expect_months(EZ_DIALECT_CRONTAB, "jan-dec/3", 0x492);
}

Test(expression, weekdays_count_from_monday_in_cron)
{
    expect_weekdays(EZ_DIALECT_CRON, "0", 0x1);
    expect_weekdays(EZ_DIALECT_CRON, "mon-fri", 0x1f);
    expect_weekdays(EZ_DIALECT_CRON, "5-6", 0x60);
}

Test(expression, weekdays_count_from_sunday_in_a_crontab)
{
    expect_weekdays(EZ_DIALECT_CRONTAB, "0", 0x40);
    expect_weekdays(EZ_DIALECT_CRONTAB, "7", 0x40);
    expect_weekdays(EZ_DIALECT_CRONTAB, "1-5", 0x1f);
    expect_weekdays(EZ_DIALECT_CRONTAB, "5-7", 0x70);
    expect_weekdays(EZ_DIALECT_CRONTAB, "*/2", 0x6a);
    expect_weekdays(EZ_DIALECT_CRONTAB, "mon-fri/2", 0x15);
}

Test(expression, names_in_a_crontab_wrap_around)
{
    expect_weekdays(EZ_DIALECT_CRONTAB, "fri-mon", 0x71);
    expect_weekdays(EZ_DIALECT_CRONTAB, "sat-fri", 0x7f);
    expect_weekdays(EZ_DIALECT_CRONTAB, "fri-tue/2", 0x52);
    expect_months(EZ_DIALECT_CRONTAB, "nov-feb", 0x1806);
}

Test(expression, days_by_weekday_and_the_last)
{
    ez_values values =
        read_field(EZ_FIELD_DAY, EZ_DIALECT_CRON, "1st mon,5th  MON,last fri,last,3");

    cr_expect(eq(u8, values.day.weekday[0], 0x11));
    cr_expect(eq(u8, values.day.last_weekday, 0x10));
    cr_expect(eq(u32, values.day.of_month, 0x8));
    cr_expect(values.day.last);
}

Test(expression, a_crontab_has_signs_of_its_own)
{
    ez_values values = read_field(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRONTAB, "5#2,friL,0#1");

    cr_expect(eq(u8, values.day_of_week.weekday[4], 0x2));
    cr_expect(eq(u8, values.day_of_week.weekday[6], 0x1));
    cr_expect(eq(u8, values.day_of_week.last_weekday, 0x10));
    expect_weekdays(EZ_DIALECT_CRONTAB, "?", 0x7f);
    cr_expect(read_field(EZ_FIELD_DAY, EZ_DIALECT_CRONTAB, "L").day.last);
    cr_expect(eq(u32, read_field(EZ_FIELD_DAY, EZ_DIALECT_CRONTAB, "?").day.of_month, 0xfffffffe));
}

Test(expression, years_end_with_what_can_be_told)
{
    ez_values values = read_field(EZ_FIELD_YEAR, EZ_DIALECT_CRON, "1970,2261-9999");

    cr_expect(eq(u64, values.years[0], 1));
    cr_expect(eq(u64, values.years[EZ_YEAR_WORDS - 1], UINT64_C(1) << (291 % 64)));
}

Test(expression, numbers_out_of_range_are_refused_where_they_are)
{
    expect_refused(EZ_FIELD_MINUTE, EZ_DIALECT_CRON, "60", 0,
                   "there is no minute 60, they are 0 to 59");
    expect_refused(EZ_FIELD_DAY, EZ_DIALECT_CRON, "1, 0", 3, "there is no day 0, they are 1 to 31");
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRON, "1-7", 2,
                   "there is no day_of_week 7, they are 0 to 6");
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRONTAB, "8", 0,
                   "there is no day_of_week 8, they are 0 to 7");
    expect_refused(EZ_FIELD_YEAR, EZ_DIALECT_CRON, "99999999999", 0,
                   "there is no year 99999999999, they are 1970 to 9999");
}

Test(expression, ranges_that_lead_nowhere_are_refused)
{
    expect_refused(EZ_FIELD_MINUTE, EZ_DIALECT_CRON, "1,10-5", 2,
                   "'10-5': a range goes from the smaller to the greater");
    expect_refused(EZ_FIELD_MONTH, EZ_DIALECT_CRON, "nov-feb", 0,
                   "'nov-feb': a range goes from the smaller to the greater");
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRONTAB, "5-1", 0,
                   "'5-1': a range goes from the smaller to the greater");
    expect_refused(EZ_FIELD_MINUTE, EZ_DIALECT_CRON, "*/60", 2,
                   "'*/60': a step of 60 leads out of 0 to 59 at once");
    expect_refused(EZ_FIELD_MINUTE, EZ_DIALECT_CRON, "50-59/20", 6,
                   "'50-59/20': a step of 20 leads out of 50 to 59 at once");
    expect_refused(EZ_FIELD_HOUR, EZ_DIALECT_CRON, "0-0/1", 4,
                   "'0-0/1': a step of 1 leads out of 0 to 0 at once");
    expect_refused(EZ_FIELD_HOUR, EZ_DIALECT_CRON, "*/0", 2, "'*/0': a step is at least 1");
}

Test(expression, what_is_missing_is_told)
{
    expect_refused(EZ_FIELD_HOUR, EZ_DIALECT_CRON, "", 0, "'': a number is missing");
    expect_refused(EZ_FIELD_HOUR, EZ_DIALECT_CRON, "1,,2", 2, "'1,,2': a number is missing");
    expect_refused(EZ_FIELD_HOUR, EZ_DIALECT_CRON, "1-", 2, "'1-': a number is missing");
    expect_refused(EZ_FIELD_HOUR, EZ_DIALECT_CRON, "*/", 2, "'*/': the step behind '/' is missing");
}

Test(expression, unknown_names_offer_the_one_that_was_meant)
{
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRON, "monday", 0,
                   "unknown name 'monday', did you mean \"mon\"?");
    expect_refused(EZ_FIELD_MONTH, EZ_DIALECT_CRON, "jan,fbe", 4,
                   "unknown name 'fbe', did you mean \"feb\"?");
    expect_refused(EZ_FIELD_MONTH, EZ_DIALECT_CRON, "jann", 0,
                   "unknown name 'jann', did you mean \"jan\"?");
    expect_refused(EZ_FIELD_HOUR, EZ_DIALECT_CRON, "noon", 0,
                   "'noon' is not understood; write a number from 0 to 23, a-b, */n or a list");
    expect_refused(EZ_FIELD_DAY, EZ_DIALECT_CRON, "1st monday", 4,
                   "unknown name 'monday', did you mean \"mon\"?");
}

Test(expression, suffixes_that_a_field_does_not_know_are_never_ignored)
{
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRON, "mon-fri/2", 7,
                   "'mon-fri/2': a name takes no step, did you mean \"0-4/2\"?");
    expect_refused(EZ_FIELD_MONTH, EZ_DIALECT_CRON, "jan-mar/2", 7,
                   "'jan-mar/2': a name takes no step, did you mean \"1-3/2\"?");
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRON, "mon#2", 3,
                   "'#2' does not belong behind 'mon', did you mean day=\"2nd mon\"?");
    expect_refused(EZ_FIELD_DAY, EZ_DIALECT_CRON, "lastfoo", 0,
                   "'lastfoo' is not understood, did you mean \"last\"?");
    expect_refused(EZ_FIELD_DAY, EZ_DIALECT_CRON, "6th mon", 0,
                   "'6th' is not understood, did you mean \"4th\"?");
    expect_refused(EZ_FIELD_DAY, EZ_DIALECT_CRON, "fri", 0,
                   "'fri' is not understood; write numbers from 1 to 31, last, or a weekday like "
                   "2nd tue or last fri");
    expect_refused(EZ_FIELD_MINUTE, EZ_DIALECT_CRON, "5x", 1,
                   "'x' does not belong behind '5', did you mean \"5\"?");
    expect_refused(EZ_FIELD_HOUR, EZ_DIALECT_CRON, "9pm", 1,
                   "'pm' does not belong behind '9', did you mean hour=21?");
    expect_refused(EZ_FIELD_MINUTE, EZ_DIALECT_CRON, "*5", 1,
                   "'5' does not belong behind '*', did you mean \"*\"?");
    expect_refused(EZ_FIELD_DAY, EZ_DIALECT_CRONTAB, "15w", 2,
                   "'w' does not belong behind '15', did you mean \"15\"?");
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRONTAB, "1last", 2,
                   "'ast' does not belong behind '1l', did you mean \"1l\"?");
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRONTAB, "fri#2x", 5,
                   "'x' does not belong behind 'fri#2', did you mean \"fri#2\"?");
    expect_refused(EZ_FIELD_DAY_OF_WEEK, EZ_DIALECT_CRONTAB, "fri#6", 4,
                   "'fri#6': a month has the first to the fifth of a weekday, or the last: #1 to "
                   "#5, or L");
}
