/* SPDX-License-Identifier: MIT */
#include "trigger/scope.h"

#include "trigger/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char *const keys[] = {"start_at", "end_at", "jitter", "timezone"};
static const ez_signature signature = {keys, G_N_ELEMENTS(keys), NULL};

/* Reads the scope of text with a default zone. */
static execz_status
read_scope(const char *text, const char *zone, ez_scope *scope, execz_error *err)
{
    ez_trigger_defaults defaults = {zone, 0};
    ez_build build = {&defaults, 0, err};
    g_autoptr(ez_syntax_call) call = NULL;

    cr_assert(eq(int, ez_syntax_parse(text, &call, &build.column, err), EXECZ_OK));
    return ez_scope_read(scope, &build, call, &signature);
}

Test(scope, an_empty_one_is_unbounded_in_the_default_zone)
{
    ez_scope scope;

    cr_assert(eq(int, read_scope("x()", "Asia/Kolkata", &scope, NULL), EXECZ_OK));
    cr_expect(eq(i64, scope.start_at.time, EZ_SCOPE_NO_START));
    cr_expect(eq(i64, scope.end_at.time, EXECZ_TIME_NEVER));
    cr_expect(eq(i64, scope.jitter, 0));
    cr_expect(eq(str, (char *)ez_zone_name(scope.zone), (char *)"Asia/Kolkata"));
    ez_scope_clear(&scope);
}

Test(scope, without_any_zone_it_is_in_utc)
{
    ez_scope scope;

    cr_assert(eq(int, read_scope("x()", NULL, &scope, NULL), EXECZ_OK));
    cr_expect(eq(str, (char *)ez_zone_name(scope.zone), (char *)"UTC"));
    ez_scope_clear(&scope);
}

Test(scope, times_are_read_in_a_zone_that_comes_behind_them)
{
    ez_scope scope;

    cr_assert(eq(
        int, read_scope("x(start_at=1970-01-02T05:30, timezone=Asia/Kolkata)", "UTC", &scope, NULL),
        EXECZ_OK));
    cr_expect(eq(i64, scope.start_at.time, EXECZ_DAY));
    cr_expect(scope.start_at.wall);
    ez_scope_clear(&scope);
}

Test(scope, does_not_start_at_a_time_that_cannot_be_told)
{
    ez_trigger_defaults defaults = {"UTC", -1};
    ez_trigger *trigger = NULL;
    size_t column = 0;

    cr_expect(eq(int,
                 ez_trigger_parse("cron(hour=2, start_at=now)", &defaults, &trigger, &column, NULL),
                 EXECZ_E_INVAL));
    cr_expect(eq(sz, column, 23));
}

Test(scope, its_own_zone_makes_the_default_zone_irrelevant)
{
    ez_scope scope;

    cr_assert(eq(int, read_scope("x(timezone=UTC)", "No/Where", &scope, NULL), EXECZ_OK));
    ez_scope_clear(&scope);
}

Test(scope, a_wrong_default_zone_is_told_as_such)
{
    ez_scope scope;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, read_scope("x()", "Europe/Londn", &scope, &err), EXECZ_E_PARSE));
    cr_expect(eq(str, err.message,
                 (char *)"the default time zone: unknown time zone 'Europe/Londn', "
                         "did you mean \"Europe/London\"?"));
}

Test(scope, start_and_end_may_be_the_same_time)
{
    ez_scope scope;

    cr_assert(eq(int, read_scope("x(start_at=2027-01-01, end_at=2027-01-01)", NULL, &scope, NULL),
                 EXECZ_OK));
    cr_expect(eq(i64, scope.start_at.time, scope.end_at.time));
    ez_scope_clear(&scope);
}

Test(scope, what_is_appended_is_what_was_read)
{
    g_autoptr(GString) text = g_string_new("x(");
    ez_scope scope;

    cr_assert(eq(int,
                 read_scope("x(jitter=90, end_at=2028-1-1, start_at=2027-01-01T00:00Z)",
                            "Asia/Kolkata", &scope, NULL),
                 EXECZ_OK));
    ez_scope_append(&scope, NULL, text);
    cr_expect(eq(str, text->str,
                 (char *)"x(start_at=2027-01-01T05:30:00+05:30, end_at=2028-01-01T00:00:00, "
                         "jitter=1m 30s, timezone=Asia/Kolkata"));
    ez_scope_clear(&scope);
}
