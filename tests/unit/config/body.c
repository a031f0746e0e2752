/* SPDX-License-Identifier: MIT */
#include "config/body.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* The argv of a command, its words between bars. */
static char *
words(const char *command)
{
    g_autofree char *text =
        g_strdup_printf("executors.default.type = good\n[task:a]\nevery = 1s\ncommand = %s\n",
                        command);
    g_auto(loaded) f = load_text(text);
    const ez_config_task *task = task_of(&f, "a");

    return task->spec.argv == NULL ? NULL : g_strjoinv("|", (char **)task->spec.argv);
}

static void
expect_words(const char *command, const char *expected)
{
    g_autofree char *found = words(command);

    cr_expect(found != NULL, "%s", command);
    cr_expect(eq(str, found == NULL ? (char *)"" : found, (char *)expected));
}

Test(body, a_command_is_split_like_a_shell_does)
{
    expect_words("ls -l  /tmp", "ls|-l|/tmp");
    expect_words("echo 'a  b' \"c \\\" d\" e\\ f", "echo|a  b|c \" d|e f");
    expect_words("a'b'\"c\"d", "abcd");
    expect_words("true ''", "true|");
}

Test(body, a_command_expands_nothing)
{
    expect_words("echo $HOME *.c ~ `x` $(y) {a,b}", "echo|$HOME|*.c|~|`x`|$(y)|{a,b}");
}

Test(body, words_of_a_shell_are_fine_when_they_are_quoted_or_part_of_a_word)
{
    expect_words("a '|' \"&&\" \\> x>y a#b --n=#1 '#c'", "a|||&&|>|x>y|a#b|--n=#1|#c");
}

Test(body, words_of_a_shell_alone_are_refused)
{
    static const char *const bad[] = {"a | b",  "a && b", "a > b", "a 2> b",  "a < b", "a & b",
                                      "a ; b",  "a 2>&1", "a >",   "a #b",    "'a",    "a \"b",
                                      "a >> b", "a || b", "''",    "a 'b' |", "#a"};

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *found = words(bad[i]);

        cr_expect(found == NULL, "%s", bad[i]);
    }
}

Test(body, variables_keep_their_order_and_may_be_empty)
{
    g_auto(loaded) f = {0};
    execz_task_spec spec = spec_of(&f, "env.B = 1 = 2\nenv.A =\n");

    cr_assert(spec.env != NULL);
    cr_expect(eq(str, (char *)spec.env[0], (char *)"B=1 = 2"));
    cr_expect(eq(str, (char *)spec.env[1], (char *)"A="));
    cr_expect(spec.env[2] == NULL);
}

Test(body, arguments_are_handed_on_as_they_were_written)
{
    g_auto(loaded) f =
        load_text("executors.default.type = good\n[task:a]\nevery = 1s\n"
                  "function = reports.v2-x:daily_1\nargs = {\"n\": 9007199254740993}\n");

    cr_expect(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    cr_expect(eq(str, (char *)task_of(&f, "a")->spec.args, (char *)"{\"n\": 9007199254740993}"));
}
