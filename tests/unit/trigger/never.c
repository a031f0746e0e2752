/* SPDX-License-Identifier: MIT */
#include "trigger/never.h"

#include "reading.h"

/* What is wrong with text, and where. */
static void
expect_never(const char *text, size_t expected_column, const char *expected)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    g_autofree char *message = g_strconcat(expected, NULL);
    ez_trigger *trigger = NULL;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_trigger_parse(text, &defaults, &trigger, &column, &err), EXECZ_E_PARSE),
              "%s", text);
    cr_expect(eq(str, err.message, message));
    cr_expect(eq(sz, column, expected_column), "%s", text);
}

Test(never, a_day_that_its_month_does_not_have)
{
    expect_never("cron(year=2027-2030, month=2, day=30, hour=2)", 35,
                 "day: this never fires: no day up to 2261 has month '2' and day '30'");
    expect_never("crontab(\"0 0 31 2,4 *\")", 14,
                 "day: this never fires: no day up to 2261 has month '2,4' and day '31'");
}

Test(never, days_that_exclude_each_other)
{
    expect_never(
        "cron(day=2nd tue, day_of_week=sat)", 31,
        "day_of_week: this never fires: no day up to 2261 has day '2nd tue' and day_of_week 'sat'");
    expect_never("cron(month=1-6, week=40, hour=1)", 22,
                 "week: this never fires: no day up to 2261 has month '1-6' and week '40'");
}

Test(never, a_leap_day_in_years_that_have_none)
{
    expect_never("cron(year=2027, month=2, day=29)", 30,
                 "day: this never fires: no day up to 2261 has year '2027', month '2' and day "
                 "'29'");
    expect_never("cron(year=2100, day=\"29\", month=feb)", 22,
                 "day: this never fires: no day up to 2261 has year '2100', month 'feb' and day "
                 "'29'");
}

Test(never, years_that_cannot_be_told)
{
    expect_never("cron(year=2262-3000)", 11,
                 "year: this never fires: 2262-3000 is behind 2261, the last year");
}

Test(never, a_crontab_with_either_day_has_both_as_one_reason)
{
    g_autoptr(ez_trigger) trigger = read_trigger("crontab(\"0 0 31 2 mon\")");

    cr_expect(ez_trigger_next(trigger, NEW_YEAR) != EXECZ_TIME_NEVER);
    expect_never("crontab(\"0 0 0 31 2 mon 2262\")", 25,
                 "year: this never fires: 2262 is behind 2261, the last year");
}
