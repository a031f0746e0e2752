/* SPDX-License-Identifier: MIT */
#include "trigger/fields.h"

#include "reading.h"

static ez_fields
fields_of(ez_dialect dialect, const char *day, const char *day_of_week, const char *hour,
          const char *minute)
{
    const char *texts[EZ_FIELDS] = {"*", "*", day, "*", day_of_week, hour, minute, "0"};
    ez_fields fields = {.dialect = dialect, .arguments = g_strdup("hour=x")};

    for (int field = 0; field < EZ_FIELDS; field++) {
        fields.texts[field] = g_strdup(texts[field]);
    }
    return fields;
}

static void
expect_usual(const char *hour, const char *minute, ez_policy expected)
{
    g_auto(ez_fields) fields = fields_of(EZ_DIALECT_CRON, "*", "*", hour, minute);
    ez_policy usual = ez_fields_usual_policy(&fields);

    cr_expect(usual.gap == expected.gap && usual.fold == expected.fold, "%s %s", hour, minute);
}

static bool
is_either_day(ez_dialect dialect, const char *day, const char *day_of_week)
{
    g_auto(ez_fields) fields = fields_of(dialect, day, day_of_week, "0", "0");
    ez_fields_mistake mistake;
    ez_values values;

    cr_assert(eq(int, ez_fields_read(&fields, ~0U, &values, &mistake, NULL), EXECZ_OK));
    return values.either_day;
}

Test(fields, a_fixed_time_runs_once_a_day_and_a_repeated_one_in_real_time)
{
    expect_usual("2", "30", EZ_POLICY_FIXED);
    expect_usual("0-23", "0,30", EZ_POLICY_FIXED);
    expect_usual("*", "30", EZ_POLICY_REPEATED);
    expect_usual("2", "*/5", EZ_POLICY_REPEATED);
}

Test(fields, either_day_is_enough_in_a_crontab_that_restricts_both)
{
    cr_expect(is_either_day(EZ_DIALECT_CRONTAB, "13", "fri"));
    cr_expect(not(is_either_day(EZ_DIALECT_CRONTAB, "*/2", "fri")));
    cr_expect(not(is_either_day(EZ_DIALECT_CRONTAB, "13", "?")));
    cr_expect(not(is_either_day(EZ_DIALECT_CRON, "13", "fri")));
}

Test(fields, what_is_not_asked_for_is_not_restricted)
{
    g_auto(ez_fields) fields = fields_of(EZ_DIALECT_CRONTAB, "13", "fri", "2", "x");
    ez_fields_mistake mistake;
    ez_values values;

    cr_assert(
        eq(int, ez_fields_read(&fields, 1U << EZ_FIELD_HOUR, &values, &mistake, NULL), EXECZ_OK));
    cr_expect(eq(u64, values.times.hours, 4));
    cr_expect(eq(u64, values.times.minutes, UINT64_C(0xfffffffffffffff)));
    cr_expect(eq(u32, values.day.of_month, 0xfffffffe));
}

Test(fields, a_mistake_is_told_in_its_field)
{
    g_auto(ez_fields) fields = fields_of(EZ_DIALECT_CRON, "13", "fri", "2,x", "0");
    ez_fields_mistake mistake = {0};
    ez_values values;

    cr_assert(eq(int, ez_fields_read(&fields, ~0U, &values, &mistake, NULL), EXECZ_E_PARSE));
    cr_expect(eq(int, (int)mistake.field, EZ_FIELD_HOUR));
    cr_expect(eq(sz, mistake.offset, 2));
}

static void
expect_refused(const char *text, const char *expected)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    ez_trigger *trigger = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_trigger_parse(text, &defaults, &trigger, NULL, &err), EXECZ_E_PARSE), "%s",
              text);
    cr_expect(eq(str, err.message, (char *)expected));
}

Test(fields, times_between_whose_bounds_nothing_fires_are_refused)
{
    expect_refused("cron(month=2, start_at=2027-03-01, end_at=2027-12-31)",
                   "this never fires: none of its times lies between start_at and end_at");
}

Test(fields, times_that_all_fall_into_gaps_are_refused)
{
    expect_refused("cron(year=2027, month=3, day=14, hour=2, minute=30, gap=skip, "
                   "timezone=America/New_York)",
                   "this never fires: in America/New_York clocks are set past each of its times; "
                   "gap=run runs it then");
}
