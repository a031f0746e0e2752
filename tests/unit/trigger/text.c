/* SPDX-License-Identifier: MIT */
#include "trigger/text.h"

#include "reading.h"

typedef execz_status (*reader)(const char *text, const ez_trigger_defaults *defaults,
                               ez_trigger **trigger_out, size_t *column_out, execz_error *err);

/* A text that must be refused, where and why. */
typedef struct golden {
    const char *text;
    size_t column;
    const char *message;
} golden;

#define KNOWS "calendar, cron, crontab, date, interval, or, and and shutdown"
#define INTERVAL_KNOWS                                                                             \
    "interval knows weeks, days, hours, minutes, seconds, from, start_at, end_at, jitter, "        \
    "timezone and anchor"
#define NO_TIME                                                                                    \
    "is not a point in time; write one like 2027-01-31, 2027-01-31T09:00:00 or "                   \
    "2027-01-31T09:00:00+02:00"

static void
expect_refused(reader read, const golden *expected)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    ez_trigger *trigger = NULL;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, read(expected->text, &defaults, &trigger, &column, &err), EXECZ_E_PARSE),
              "%s", expected->text);
    cr_expect(eq(str, err.message, (char *)expected->message), "%s", expected->text);
    cr_expect(eq(sz, column, expected->column), "%s", expected->text);
    cr_expect(trigger == NULL, "untouched on failure: %s", expected->text);
}

Test(text, mistakes_of_grammar_are_told_where_they_are)
{
    static const golden texts[] = {
        {"", 1, "a trigger is written as name(...), e.g. interval(hours=6)"},
        {"6 hours", 1, "a trigger is written as name(...), e.g. interval(hours=6)"},
        {" interval", 10, "a trigger is written as name(...), e.g. interval(hours=6)"},
        {"*/5 * * * *", 1, "this is a line of a crontab, did you mean crontab(\"*/5 * * * *\")?"},
        {"@daily", 1, "this is a line of a crontab, did you mean crontab(\"@daily\")?"},
        {"interval(hours=6", 17, "the ')' is missing that closes 'interval(' in column 1"},
        {"or(interval(hours=6), date(2027-01-01)", 39,
         "the ')' is missing that closes 'or(' in column 1"},
        {"interval(hours=6))", 18, "unexpected text behind the trigger: ')'"},
        {"interval(hours=6) daily", 19, "unexpected text behind the trigger: 'daily'"},
        {"interval(hours=6,)", 18, "an argument is missing here"},
        {"interval(,hours=6)", 10, "an argument is missing here"},
        {"interval(hours=)", 16, "the value of 'hours' is missing"},
        {"interval(hours= , days=1)", 17, "the value of 'hours' is missing"},
        {"interval(hours=\"6)", 16, "the quoted text that begins here has no closing '\"'"},
        {"interval(hours=\"6\\n\")", 18,
         "a '\\' in quoted text must be followed by '\"' or another '\\'"},
        {"interval(hours=\"6\"0)", 19, "',' or ')' is missing before '0)'"},
        {"or(a() b())", 8, "',' or ')' is missing before 'b())'"},
        {"interval(hours=six(6))", 19,
         "unexpected '(' within a value; a value with one of , ( ) \" is written in quotes"},
        {"interval(hours=6\")", 17,
         "unexpected '\"' within a value; a value with one of , ( ) \" is written in quotes"},
        {"interval(hours=\x01)", 16, "control character 0x01 is not allowed"},
        {"interval(hours=\xff)", 16, "byte 0xff is not UTF-8"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        expect_refused(ez_trigger_parse, &texts[i]);
    }
}

Test(text, unknown_kinds_and_keys_are_told_with_what_is_known)
{
    static const golden texts[] = {
        {"intervall(hours=6)", 1,
         "unknown trigger 'intervall', did you mean \"interval\"? this version knows " KNOWS},
        {" Date(2027-01-01)", 2,
         "unknown trigger 'Date', did you mean \"date\"? this version knows " KNOWS},
        {"fortnightly()", 1, "unknown trigger 'fortnightly'; this version knows " KNOWS},
        {"interval(hour=6)", 10, "unknown key 'hour', did you mean \"hours\"? " INTERVAL_KNOWS},
        {"interval(hours=6, colour=red)", 19, "unknown key 'colour'; " INTERVAL_KNOWS},
        {"interval(hours=6, hours=6)", 19, "'hours' is given twice, first in column 10"},
        {"interval(6)", 10, "'6' needs a key in front of it; " INTERVAL_KNOWS},
        {"interval(hours=6, date(2027-01-01))", 19,
         "interval takes no trigger within it, but there is 'date'"},
        {"date(2027-01-01, run_at=2027-01-01)", 18, "'run_at' is given twice, first in column 6"},
        {"date(2027-01-01, end_at=2028-01-01)", 18,
         "unknown key 'end_at'; date knows run_at, jitter and timezone"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        expect_refused(ez_trigger_parse, &texts[i]);
    }
}

Test(text, lengths_that_cannot_be_are_told_with_their_limits)
{
    static const golden texts[] = {
        {"interval()", 1,
         "the interval has no length; it needs weeks, days, hours, minutes or seconds, e.g. "
         "interval(hours=6)"},
        {"interval(hours=0, seconds=0)", 1, "an interval of 0s is too short, the limit is 1ms"},
        {"interval(seconds=0.0009)", 1, "an interval of 900us is too short, the limit is 1ms"},
        {"interval(hours=six)", 16,
         "hours: 'six' is not a number >= 0 with at most 9 decimals; write one like 6 or 1.5"},
        {"interval(hours=-6)", 16,
         "hours: '-6' is not a number >= 0 with at most 9 decimals; write one like 6 or 1.5"},
        {"interval(hours=6h)", 16,
         "hours: '6h' is not a number >= 0 with at most 9 decimals; write one like 6 or 1.5"},
        {"interval(hours=\"\")", 16,
         "hours: '' is not a number >= 0 with at most 9 decimals; write one like 6 or 1.5"},
        {"interval(seconds=0.0000000001)", 18,
         "seconds: '0.0000000001' is not a number >= 0 with at most 9 decimals; write one like 6 "
         "or 1.5"},
        {"interval(days=36525, seconds=1)", 30,
         "seconds: with 1 the interval is too long, the limit is 36525 days (100 years)"},
        {"interval(weeks=99999999999999999999)", 16,
         "weeks: with 99999999999999999999 the interval is too long, the limit is 36525 days (100 "
         "years)"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        expect_refused(ez_trigger_parse, &texts[i]);
    }
}

Test(text, wrong_values_are_told_with_their_key_and_column)
{
    static const golden texts[] = {
        {"interval(hours=6, start_at=2027-02-30)", 28,
         "start_at: '2027-02-30': there is no day 30, February 2027 has 1 to 28"},
        {"interval(hours=6, end_at=tomorrow)", 26, "end_at: 'tomorrow' " NO_TIME},
        {"interval(hours=6, start_at=2027-01-02, end_at=2027-01-01)", 47,
         "end_at: '2027-01-01' lies before start_at, so that the trigger would never fire"},
        {"interval(hours=6, start_at=2027-01-02, anchor=2027-01-01)", 40,
         "'anchor' and 'start_at' exclude each other; with start_at the interval first fires then, "
         "with anchor one interval later"},
        {"interval(hours=6, from=start)", 24,
         "from: 'start' is not understood; write from=end to count from the end of each run, or "
         "nothing to count by the clock"},
        {"interval(hours=6, anchor=now)", 26, "anchor: 'now' " NO_TIME},
        {"interval(hours=6, jitter=a while)", 26,
         "jitter: 'a while' is not a duration; write one like 30s, 1.5h or 1h 30m"},
        {"interval(hours=6, timezone=Europe/Londn)", 28,
         "timezone: unknown time zone 'Europe/Londn', did you mean \"Europe/London\"?"},
        {"date()", 1, "date needs the time at which to run, e.g. date(2027-01-31T09:00:00)"},
        {"date(noon)", 6, "'noon' " NO_TIME},
        {"date(timezone=UTC, run_at=\"2027-01-01T25:00\")", 27,
         "run_at: '2027-01-01T25:00': there is no hour 25, they are 0 to 23"},
        {"date(2262-01-01)", 6,
         "'2262-01-01' is out of range; times from 1970-01-01T00:00:00Z to 2261-12-31T23:59:59Z "
         "can be "
         "told"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        expect_refused(ez_trigger_parse, &texts[i]);
    }
}

Test(text, limits_have_their_own_status)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    g_autofree char *blanks = g_strnfill(4096, ' ');
    g_autofree char *text = g_strconcat(blanks, "x()", NULL);
    ez_trigger *trigger = NULL;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_trigger_parse(text, &defaults, &trigger, &column, &err), EXECZ_E_LIMIT));
    cr_expect(
        eq(str, err.message, (char *)"a trigger of 4099 bytes is too long, the limit is 4096"));
    cr_expect(eq(sz, column, 4097));
}

Test(text, an_anchor_that_cannot_be_told_is_refused_only_if_it_matters)
{
    ez_trigger_defaults defaults = {"UTC", -1};
    g_autoptr(ez_trigger) trigger = NULL;

    cr_expect(eq(int, ez_trigger_parse("interval(hours=6)", &defaults, &trigger, NULL, NULL),
                 EXECZ_E_INVAL));
    cr_expect(
        eq(int, ez_trigger_parse_every("6h", &defaults, &trigger, NULL, NULL), EXECZ_E_INVAL));
    cr_expect(eq(int,
                 ez_trigger_parse("interval(hours=6, anchor=2027-01-01)", &defaults, &trigger, NULL,
                                  NULL),
                 EXECZ_OK));
}

Test(text, every_is_an_interval_from_the_anchor)
{
    ez_trigger_defaults defaults = {"Asia/Kolkata", NEW_YEAR};
    g_autoptr(ez_trigger) trigger = NULL;
    g_autofree char *text = NULL;

    cr_assert(eq(int, ez_trigger_parse_every("1h 30m", &defaults, &trigger, NULL, NULL), EXECZ_OK));
    text = ez_trigger_format(trigger);
    cr_expect(eq(i64, ez_trigger_next(trigger, NEW_YEAR), NEW_YEAR + 90 * EXECZ_MINUTE));
    cr_expect(eq(str, text,
                 (char *)"interval(hours=1, minutes=30, anchor=2027-01-01T05:30:00+05:30, "
                         "timezone=Asia/Kolkata)"));
}

Test(text, at_is_a_date_in_the_default_zone)
{
    ez_trigger_defaults defaults = {"Asia/Kolkata", NEW_YEAR};
    g_autoptr(ez_trigger) trigger = NULL;
    g_autofree char *text = NULL;

    cr_assert(eq(int, ez_trigger_parse_at("2027-01-01T09:00:00", &defaults, &trigger, NULL, NULL),
                 EXECZ_OK));
    text = ez_trigger_format(trigger);
    cr_expect(eq(i64, ez_trigger_next(trigger, 0), NEW_YEAR + 210 * EXECZ_MINUTE));
    cr_expect(eq(str, text, (char *)"date(2027-01-01T09:00:00, timezone=Asia/Kolkata)"));
}

Test(text, mistakes_in_shorthands_are_told_where_the_value_begins)
{
    static const golden every[] = {
        {"0s", 1, "an interval of 0s is too short, the limit is 1ms"},
        {"  1 fortnight", 3, "'fortnight' is not a unit of time; use ns, us, ms, s, m, h, d or w"},
        {"200 us", 1, "an interval of 200us is too short, the limit is 1ms"},
        {"5300w", 1, "an interval of 5300w is too long, the limit is 36525 days (100 years)"},
        {"", 1, "a duration is missing; write one like 30s or 1h 30m"},
    };
    static const golden at = {" noon", 2, "'noon' " NO_TIME};

    for (size_t i = 0; i < G_N_ELEMENTS(every); i++) {
        expect_refused(ez_trigger_parse_every, &every[i]);
    }
    expect_refused(ez_trigger_parse_at, &at);
}

Test(text, what_cannot_be_shown_is_refused_by_the_readers_of_values_too)
{
    static const golden texts[] = {
        {"5 * *\x1b[1m * *", 6, "control character 0x1b is not allowed"},
        {" 1\xff", 3, "byte 0xff is not UTF-8"},
    };
    static const reader readers[] = {
        ez_trigger_parse_cron,
        ez_trigger_parse_every,
        ez_trigger_parse_at,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        expect_refused(readers[i], &texts[0]);
        expect_refused(readers[i], &texts[1]);
    }
}

Test(text, err_and_column_may_be_missing)
{
    ez_trigger_defaults defaults = {NULL, NEW_YEAR};
    ez_trigger *trigger = NULL;

    cr_expect(eq(int, ez_trigger_parse("interval(hours=six)", &defaults, &trigger, NULL, NULL),
                 EXECZ_E_PARSE));
    cr_expect(eq(int, ez_trigger_parse_at("noon", &defaults, &trigger, NULL, NULL), EXECZ_E_PARSE));
}
