/* SPDX-License-Identifier: MIT */
#include "trigger/arguments.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char *const keys[] = {"hour", "minute"};
static const ez_signature keyed = {keys, G_N_ELEMENTS(keys), NULL};
static const ez_signature bare = {keys, G_N_ELEMENTS(keys), "hour"};

static ez_syntax_call *
parsed(const char *text)
{
    ez_syntax_call *call = NULL;
    size_t column;

    cr_assert(eq(int, ez_syntax_parse(text, &call, &column, NULL), EXECZ_OK));
    return call;
}

static void
expect_refused(const char *text, const ez_signature *signature, size_t column, const char *expected)
{
    g_autoptr(ez_syntax_call) call = parsed(text);
    execz_error err = EXECZ_ERROR_INIT;
    ez_build build = {NULL, 0, &err};

    cr_expect(eq(int, ez_arguments_check(&build, call, signature), EXECZ_E_PARSE));
    cr_expect(eq(str, err.message, (char *)expected));
    cr_expect(eq(sz, build.column, column));
}

Test(arguments, one_is_found_by_its_key)
{
    g_autoptr(ez_syntax_call) call = parsed("x(minute=5)");
    ez_build build = {0};

    cr_expect(eq(int, ez_arguments_check(&build, call, &keyed), EXECZ_OK));
    cr_expect(eq(str, ez_arguments_find(call, &keyed, "minute")->value, (char *)"5"));
    cr_expect(ez_arguments_find(call, &keyed, "hour") == NULL);
}

Test(arguments, a_bare_one_is_found_by_what_it_stands_for)
{
    g_autoptr(ez_syntax_call) call = parsed("x(minute=5, 7)");
    ez_build build = {0};

    cr_expect(eq(int, ez_arguments_check(&build, call, &bare), EXECZ_OK));
    cr_expect(eq(str, ez_arguments_find(call, &bare, "hour")->value, (char *)"7"));
}

Test(arguments, unknown_keys_are_refused)
{
    expect_refused("x(hour=1, minutes=2)", &keyed, 11,
                   "unknown key 'minutes', did you mean \"minute\"? x knows hour and minute");
    expect_refused("x(century=1)", &keyed, 3, "unknown key 'century'; x knows hour and minute");
}

Test(arguments, repeated_keys_are_refused)
{
    expect_refused("x(hour=1, minute=2, hour=1)", &keyed, 21,
                   "'hour' is given twice, first in column 3");
    expect_refused("x(1, hour=1)", &bare, 6, "'hour' is given twice, first in column 3");
    expect_refused("x(1, \"2\")", &bare, 6, "'hour' is given twice, first in column 3");
}

Test(arguments, a_list_without_quotes_is_understood)
{
    expect_refused("x(minute=0,30)", &keyed, 12,
                   "'30' has no key; a list is written in quotes, did you mean minute=\"0,30\"?");
    expect_refused("x(minute=0, 15, 30, hour=2)", &keyed, 13,
                   "'15' has no key; a list is written in quotes, did you mean "
                   "minute=\"0,15,30\"?");
    expect_refused("x(1, 2)", &bare, 6,
                   "'2' has no key; a list is written in quotes, did you mean \"1,2\"?");
}

Test(arguments, bare_values_are_refused_where_they_mean_nothing)
{
    expect_refused("x(1)", &keyed, 3, "'1' needs a key in front of it; x knows hour and minute");
}

Test(arguments, triggers_are_refused_where_they_mean_nothing)
{
    expect_refused("x( date(1))", &bare, 4, "x takes no trigger within it, but there is 'date'");
}

Test(arguments, words_are_joined_as_people_do)
{
    static const char *const words[] = {"a", "b", "c"};
    g_autofree char *one = ez_words_join(words, 1);
    g_autofree char *three = ez_words_join(words, 3);

    cr_expect(eq(str, one, (char *)"a"));
    cr_expect(eq(str, three, (char *)"a, b and c"));
}

Test(arguments, a_mistake_in_a_value_names_its_key_and_column)
{
    g_autoptr(ez_syntax_call) call = parsed("x(hour= six)");
    execz_error err = EXECZ_ERROR_INIT;
    ez_build build = {NULL, 0, &err};

    ez_build_fail(&build, 1, "'%s' is not a number", "six");
    cr_expect(eq(int,
                 ez_build_blame(&build, ez_arguments_find(call, &keyed, "hour"), EXECZ_E_PARSE),
                 EXECZ_E_PARSE));
    cr_expect(eq(str, err.message, (char *)"hour: 'six' is not a number"));
    cr_expect(eq(sz, build.column, 9));
}
