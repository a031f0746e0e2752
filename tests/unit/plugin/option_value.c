/* SPDX-License-Identifier: MIT */
#include "plugin/option_value.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const execz_option workers = EXECZ_OPTION(INT, 0, "workers", "10", "1..1000", "");
static const execz_option daemon_option = EXECZ_OPTION(BOOL, 0, "daemon", "no", "", "");
static const execz_option grace = EXECZ_OPTION(DURATION, 0, "grace", "", "1s..", "");
static const execz_option stack = EXECZ_OPTION(SIZE, 0, "stack_size", "", "..1GiB", "");
static const execz_option path = EXECZ_OPTION(PATH, 0, "socket", "", "", "");
static const execz_option mode = EXECZ_OPTION(CHOICE, 0, "mode", "fast", "fast|safe", "");
static const execz_option name = EXECZ_OPTION(STRING, 0, "name", "", "", "");

/* The number that text means to option. */
static int64_t
number_of(const execz_option *option, const char *text)
{
    execz_error err = EXECZ_ERROR_INIT;
    int64_t number = -1;

    cr_assert(eq(int, ez_option_check(option, text, &number, &err), EXECZ_OK), "%s: %s", text,
              err.message);
    return number;
}

static void
expect_refusal(const execz_option *option, const char *text, const char *code, const char *message)
{
    execz_error err = EXECZ_ERROR_INIT;
    int64_t number = 77;

    cr_expect(eq(int, ez_option_check(option, text, &number, &err), EXECZ_E_CONFIG));
    cr_expect(eq(str, err.code, (char *)code));
    cr_expect(eq(str, err.message, (char *)message));
    cr_expect(eq(i64, number, 77), "written although refused");
}

static void
expect_bad_allowed(const execz_option *option, const char *message)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_option_check_allowed(option, &err), EXECZ_E_PARSE));
    cr_expect(eq(str, err.message, (char *)message));
}

Test(option_value, four_types_are_numbers)
{
    cr_expect(ez_option_is_number(&workers));
    cr_expect(ez_option_is_number(&daemon_option));
    cr_expect(ez_option_is_number(&grace));
    cr_expect(ez_option_is_number(&stack));
    cr_expect(not(ez_option_is_number(&path)));
    cr_expect(not(ez_option_is_number(&mode)));
    cr_expect(not(ez_option_is_number(&name)));
}

Test(option_value, the_ends_of_a_range_belong_to_it)
{
    cr_expect(eq(i64, number_of(&workers, "1"), 1));
    cr_expect(eq(i64, number_of(&workers, "1000"), 1000));
}

Test(option_value, a_truth_is_one_or_zero)
{
    cr_expect(eq(i64, number_of(&daemon_option, "yes"), 1));
    cr_expect(eq(i64, number_of(&daemon_option, "no"), 0));
}

Test(option_value, a_duration_is_in_nanoseconds)
{
    cr_expect(eq(i64, number_of(&grace, "2m"), 2 * EXECZ_MINUTE));
}

Test(option_value, a_size_is_in_bytes)
{
    cr_expect(eq(i64, number_of(&stack, "64K"), 65536));
}

Test(option_value, a_number_below_its_range_is_refused)
{
    expect_refusal(&workers, "0", "P114", "0 is out of range; it must be from 1 to 1000");
}

Test(option_value, a_range_open_above_tells_its_least)
{
    expect_refusal(&grace, "10ms", "P114", "10ms is out of range; it must be at least 1s");
}

Test(option_value, a_range_open_below_tells_its_most)
{
    expect_refusal(&stack, "2GiB", "P114", "2GiB is out of range; it must be at most 1GiB");
}

Test(option_value, a_word_is_no_number)
{
    execz_error err = EXECZ_ERROR_INIT;
    int64_t number = 77;

    cr_expect(eq(int, ez_option_check(&workers, "many", &number, &err), EXECZ_E_CONFIG));
    cr_expect(eq(str, err.code, (char *)"P113"));
    cr_expect(strstr(err.message, "many") != NULL, "%s", err.message);
    cr_expect(eq(i64, number, 77), "written although refused");
}

Test(option_value, a_choice_is_one_of_the_words)
{
    int64_t unused;

    cr_expect(eq(int, ez_option_check(&mode, "safe", &unused, NULL), EXECZ_OK));
    expect_refusal(&mode, "safer", "P114", "'safer' is none of fast, safe; did you mean 'safe'?");
}

Test(option_value, a_word_that_resembles_no_choice_is_not_guessed)
{
    expect_refusal(&mode, "elephantine", "P114", "'elephantine' is none of fast, safe");
}

Test(option_value, a_secret_number_is_not_shown)
{
    static const execz_option pin =
        EXECZ_OPTION(INT, EXECZ_OPTION_SECRET, "pin", "", "1000..9999", "");

    expect_refusal(&pin, "31", "P114",
                   "the value (secret, not shown) is out of range; it must be from 1000 to 9999");
    expect_refusal(&pin, "hunter2", "P113",
                   "the value (secret, not shown) is not of the option's type");
}

Test(option_value, a_secret_choice_is_not_shown)
{
    static const execz_option colour =
        EXECZ_OPTION(CHOICE, EXECZ_OPTION_SECRET, "colour", "", "red|blue", "");

    expect_refusal(&colour, "rod", "P114", "the value (secret, not shown) is none of red, blue");
}

Test(option_value, a_path_is_not_empty)
{
    expect_refusal(&path, "", "P113", "the path is empty; write one, or remove the line");
}

Test(option_value, a_string_may_be_anything)
{
    int64_t unused;

    cr_expect(eq(int, ez_option_check(&name, "", &unused, NULL), EXECZ_OK));
    cr_expect(eq(int, ez_option_check(&name, "a|b..c", &unused, NULL), EXECZ_OK));
}

Test(option_value, what_is_allowed_may_be_left_out_of_a_number)
{
    static const execz_option any = EXECZ_OPTION(INT, 0, "any", "", "", "");

    cr_expect(eq(int, ez_option_check_allowed(&any, NULL), EXECZ_OK));
    cr_expect(eq(i64, number_of(&any, "-9223372036854775808"), INT64_MIN));
}

Test(option_value, a_range_has_two_dots_and_an_end)
{
    static const execz_option no_dots = EXECZ_OPTION(INT, 0, "x", "", "1-5", "");
    static const execz_option no_end = EXECZ_OPTION(INT, 0, "x", "", "..", "");

    expect_bad_allowed(&no_dots, "'1-5' is not a range like 1..10");
    expect_bad_allowed(&no_end, "'..' is not a range like 1..10");
}

Test(option_value, a_range_goes_upwards)
{
    static const execz_option backwards = EXECZ_OPTION(SIZE, 0, "x", "", "1MiB..1KiB", "");

    expect_bad_allowed(&backwards, "the range '1MiB..1KiB' is empty");
}

Test(option_value, the_ends_of_a_range_are_of_the_options_type)
{
    static const execz_option mixed = EXECZ_OPTION(DURATION, 0, "x", "", "1s..soon", "");

    cr_expect(eq(int, ez_option_check_allowed(&mixed, NULL), EXECZ_E_PARSE));
}

Test(option_value, a_choice_needs_something_to_choose_from)
{
    static const execz_option hollow = EXECZ_OPTION(CHOICE, 0, "x", "", "", "");

    expect_bad_allowed(&hollow, "a choice has nothing to choose from");
}

Test(option_value, a_string_has_no_range)
{
    static const execz_option ranged = EXECZ_OPTION(STRING, 0, "x", "", "a..z", "");

    expect_bad_allowed(&ranged, "'a..z' means nothing for this type of option");
}
