/* SPDX-License-Identifier: MIT */
/* Plugins that cannot be used: each says why, in its own words, while the others work. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* Starts the executor of that plugin beside a sound one, with a task on each. */
static ended
start_with_plugin(const char *name)
{
    g_autofree char *text = g_strdup_printf("[scheduler]\nplugin_path = %s\n"
                                            "[executor:default]\ntype = threadpool\n"
                                            "[executor:faulty]\ntype = %s\n"
                                            "[task:good]\nat = now\nshell = true\n"
                                            "[task:bad]\nat = now\nshell = true\n"
                                            "executor = faulty\n",
                                            EXECZ_TEST_PLUGIN_DIR, name);

    own_file("tasks.conf", text);
    return run_execz("start", "-c", "tasks.conf", "--until-idle", NULL);
}

static void
expect_blocked(const char *name, const char *code, const char *reason)
{
    ended result = start_with_plugin(name);
    g_autofree char *in_brackets = g_strdup_printf("[%s]", code);
    char *blocked = line_with(result.out, "BLOCKED", " bad  ");
    char *named = line_with(result.err, "execz: task 'bad' is blocked: ", "");
    char *logged = line_with(result.err, "  error    executor 'faulty' cannot be used: ", "");

    cr_expect(eq(int, result.status, 1));
    cr_expect(line_with(result.out, "EXECUTED", " good  ") != NULL, "%s", result.out);
    cr_assert(blocked != NULL, "%s", result.out);
    cr_assert(named != NULL, "%s", result.err);
    cr_assert(logged != NULL, "%s", result.err);
    expect_in(blocked, reason);
    expect_in(blocked, in_brackets);
    expect_in(named, reason);
    expect_in(logged, reason);
    expect_in(logged, in_brackets);
}

Test(faulty, a_plugin_for_another_major_version_of_the_abi)
{
    expect_blocked("abi_too_new", "P401", "2.0");
}

Test(faulty, a_plugin_that_needs_a_newer_minor_version_of_the_abi)
{
    expect_blocked("needs_newer", "P402", "1.9");
}

Test(faulty, a_text_file_that_is_named_like_a_plugin)
{
    expect_blocked("text", "P301", "ELF");
}

Test(faulty, a_plugin_with_an_undefined_symbol)
{
    expect_blocked("undefined_symbol", "P310", "execz_test_nobody_defines_this");
}

Test(faulty, a_plugin_whose_start_fails)
{
    expect_blocked("start_fails", "P501", "cannot reach the queue at 192.0.2.1");
}
