/* SPDX-License-Identifier: MIT */
/* Configurations that are wrong. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include <jansson.h>

static const char *const three_problems = "[executor:default]\n"
                                          "type = threadpol\n"
                                          "[task:x]\n"
                                          "evry = 3\n"
                                          "shell = true\n";

Test(config, start_shows_every_problem_and_starts_nothing)
{
    own_file("bad.conf", three_problems);
    ended result = run_execz("start", "-c", "bad.conf", "--until-idle", NULL);

    cr_expect(eq(int, result.status, 3));
    cr_expect(eq(str, result.out, (char *)""));
    expect_in(result.err, "bad.conf:2:8: no plugin has the alias 'threadpol' [P101]\n");
    expect_in(result.err,
              "bad.conf:3:1: task 'x' has no schedule; add cron =, every =, at = or trigger = [C");
    expect_in(result.err, "bad.conf:4:1: [task:x] has no key 'evry'; did you mean \"every\"? [C");
    cr_expect(g_str_has_suffix(result.err, "3 problems; nothing was started\n"), "%s", result.err);
}

Test(config, check_shows_every_problem)
{
    own_file("bad.conf", three_problems);
    ended result = run_execz("check", "bad.conf", NULL);

    cr_expect(eq(int, result.status, 3));
    cr_expect(eq(uint, count_of(result.err, "bad.conf:"), 3));
    cr_expect(g_str_has_suffix(result.err, "3 problems; start would refuse it\n"), "%s",
              result.err);
}

Test(config, problems_are_lines_of_json_too)
{
    g_auto(GStrv) lines = NULL;
    json_t *problem;

    own_file("bad.conf", three_problems);
    ended result = run_execz("start", "-c", "bad.conf", "--json", NULL);
    lines = g_strsplit(result.out, "\n", -1);
    cr_expect(eq(int, result.status, 3));
    cr_assert(eq(sz, g_strv_length(lines), 4)); /* the last one is empty */
    problem = json_loads(lines[2], 0, NULL);
    cr_assert(problem != NULL, "%s", lines[2]);
    cr_expect(eq(int, (int)json_integer_value(json_object_get(problem, "line")), 4));
    cr_expect(eq(int, (int)json_integer_value(json_object_get(problem, "column")), 1));
    cr_expect(ne(ptr, json_object_get(problem, "code"), NULL));
    cr_expect(ne(ptr, json_object_get(problem, "message"), NULL));
    expect_in(json_string_value(json_object_get(problem, "file")), "bad.conf");
    json_decref(problem);
}

Test(config, an_unknown_executor_type_shows_where_it_was_looked_for_and_what_is_there)
{
    g_autofree char *text = g_strdup_printf("[scheduler]\nplugin_path = %s\n"
                                            "[executor:default]\ntype = threadpol\n",
                                            EXECZ_TEST_PLUGIN_DIR);

    own_file("bad.conf", text);
    ended result = run_execz("start", "-c", "bad.conf", NULL);
    cr_expect(eq(int, result.status, 3));
    expect_in(result.err, "did you mean \"threadpool\"?");
    expect_in(result.err, EXECZ_BUILTIN_DIR);
    expect_in(result.err, "threadpool.so -> threadpool pool");
    expect_in(result.err, EXECZ_TEST_PLUGIN_DIR);
    expect_in(result.err, "good.so -> good");
    expect_in(result.err, "text.so refused: P301 ");
    expect_in(result.err, "abi_too_new.so refused: P401 ");
    expect_in(result.err, "/.local/share/execz/plugins-1");
}

Test(config, a_file_that_is_not_there_is_named)
{
    ended result = run_execz("start", "-c", "nowhere.conf", NULL);

    cr_expect(eq(int, result.status, 3));
    expect_in(result.err, "nowhere.conf");
    expect_in(result.err, "No such file or directory");
}

Test(config, a_sound_file_is_counted)
{
    own_file("good.conf", "[executor:default]\ntype = threadpool\n"
                          "[executor:inline]\ntype = debug\n"
                          "[task:a]\nat = now\nshell = true\n");
    ended result = run_execz("check", "good.conf", NULL);

    cr_expect(eq(int, result.status, 0));
    cr_expect(eq(str, result.out, (char *)"good.conf: ok, 1 task, 2 executors\n"));
    cr_expect(eq(str, result.err, (char *)""));
}
