/* SPDX-License-Identifier: MIT */
/* How the command is typed, and what it says when it is typed wrong. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include <execz/plugin.h>
#include <jansson.h>

static void
expect_usage_error(ended result, const char *message)
{
    cr_expect(eq(int, result.status, 2));
    cr_expect(eq(str, result.out, (char *)""));
    expect_in(result.err, message);
    expect_in(result.err, "--help\n");
}

Test(usage, an_unknown_command_is_answered_with_the_nearest_one)
{
    expect_usage_error(run_execz("strat", NULL),
                       "execz: there is no command 'strat'; did you mean \"start\"?\n");
}

Test(usage, an_unknown_part_of_a_command_is_answered_with_the_nearest_one)
{
    expect_usage_error(run_execz("plugin", "lsit", NULL),
                       "execz plugin: there is no command 'lsit'; did you mean \"list\"?\n");
}

Test(usage, an_unknown_option_is_answered_with_the_nearest_one)
{
    expect_usage_error(
        run_execz("start", "--until-idel", NULL),
        "execz start: there is no option '--until-idel'; did you mean \"--until-idle\"?\n");
}

Test(usage, a_word_that_is_near_nothing_gets_no_suggestion)
{
    ended result = run_execz("frobnicate", NULL);

    expect_usage_error(result, "there is no command 'frobnicate'\n");
}

Test(usage, an_option_without_its_value_is_refused)
{
    expect_usage_error(run_execz("start", "-c", NULL), "'-c' needs a value");
}

Test(usage, a_value_for_a_flag_is_refused)
{
    expect_usage_error(run_execz("version", "--json=yes", NULL), "'--json=yes' takes no value");
}

Test(usage, a_file_without_its_option_is_explained)
{
    expect_usage_error(run_execz("start", "x.conf", NULL), "a configuration is given as -c x.conf");
}

Test(usage, a_wrong_duration_is_refused)
{
    expect_usage_error(run_execz("start", "-c", "x", "--for", "3 parsecs", NULL),
                       "'3 parsecs' is not a duration");
}

Test(usage, a_wrong_log_level_is_refused)
{
    expect_usage_error(run_execz("start", "-c", "x", "--log-level", "warn", NULL),
                       "did you mean \"warning\"?");
}

Test(usage, two_ends_exclude_each_other)
{
    expect_usage_error(run_execz("start", "-c", "x", "--for", "1s", "--until-idle", NULL),
                       "exclude each other");
}

Test(usage, no_command_at_all_shows_what_there_is)
{
    ended result = run_program(EXECZ_PROGRAM, NULL);

    cr_expect(eq(int, result.status, 2));
    expect_in(result.err, "usage: execz COMMAND");
}

static void
expect_help(ended result, const char *usage)
{
    cr_expect(eq(int, result.status, 0));
    cr_expect(g_str_has_prefix(result.out, usage), "%s", result.out);
    expect_in(result.out, "\nexample: execz ");
    cr_expect(eq(str, result.err, (char *)""));
}

Test(usage, each_command_has_a_help_with_an_example)
{
    expect_help(run_execz("--help", NULL), "usage: execz COMMAND");
    expect_help(run_execz("start", "--help", NULL), "usage: execz start ");
    expect_help(run_execz("check", "--help", NULL), "usage: execz check ");
    expect_help(run_execz("version", "-h", NULL), "usage: execz version ");
    expect_help(run_execz("preview", "--help", NULL), "usage: execz preview ");
    expect_help(run_execz("plugin", "--help", NULL), "usage: execz plugin ");
    expect_help(run_execz("plugin", "list", "--help", NULL), "usage: execz plugin list ");
    expect_help(run_execz("plugin", "info", "--help", NULL), "usage: execz plugin info ");
    expect_help(run_execz("plugin", "which", "--help", NULL), "usage: execz plugin which ");
}

Test(usage, help_of_a_command_is_its_help)
{
    ended by_word = run_execz("help", "plugin", "info", NULL);
    ended by_option = run_execz("plugin", "info", "--help", NULL);

    cr_expect(eq(int, by_word.status, 0));
    cr_expect(eq(str, by_word.out, by_option.out));
}

Test(usage, version_names_the_program_and_the_plugin_abi)
{
    ended result = run_execz("version", NULL);

    cr_expect(eq(int, result.status, 0));
    cr_expect(
        eq(str, result.out, (char *)"execz " EXECZ_VERSION "\nplugin ABI " EXECZ_ABI_TEXT "\n"));
}

Test(usage, version_speaks_json)
{
    ended result = run_execz("version", "--json", NULL);
    json_t *version = json_loads(result.out, 0, NULL);

    cr_assert(version != NULL, "%s", result.out);
    cr_expect(eq(str, (char *)json_string_value(json_object_get(version, "version")),
                 (char *)EXECZ_VERSION));
    cr_expect(eq(str, (char *)json_string_value(json_object_get(version, "plugin_abi")),
                 (char *)EXECZ_ABI_TEXT));
    json_decref(version);
}
