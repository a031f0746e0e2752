/* SPDX-License-Identifier: MIT */
/* The executors that come with execz, from a configuration to what a run gives back: real plugins, a real
 * function module, the real program. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define FUNCTIONS "[scheduler]\nfunction_path = " EXECZ_TEST_FUNCTION_DIR "\n"

/* What a task of this executor gives back, shown by the program. */
static char *
line_of(const char *executor, const char *task)
{
    g_autofree char *text =
        g_strdup_printf(FUNCTIONS "[executor:default]\n%s\n[task:a]\nat = now\n%s\n", executor,
                        task);
    ended result;
    char *line;

    own_file("tasks.conf", text);
    result = run_execz("start", "-c", "tasks.conf", "--until-idle", NULL);
    line = line_with(result.out, "EXECUTED", "  a  ");
    cr_assert(line != NULL, "%s%s", result.out, result.err);
    return line;
}

static void
expect_end(const char *line, const char *end)
{
    cr_expect(g_str_has_suffix(line, end), "%s does not end with %s", line, end);
}

Test(executors, an_initializer_of_a_real_module_runs_before_the_first_function_on_a_thread)
{
    expect_end(line_of("type = threadpool\nmax_workers = 1\ninitializer = pool_bodies:initialize",
                       "function = pool_bodies:initialized"),
               "  1");
}

Test(executors, an_initializer_of_a_real_module_runs_before_the_first_function_in_a_process)
{
    expect_end(line_of("type = processpool\nmax_workers = 1\ninitializer = pool_bodies:initialize",
                       "function = pool_bodies:initialized"),
               "  1");
}

/* One source, and on each of them its arguments, its result and its facts are the same. */
#define ON_EACH(name, function, args, value)                                                       \
    Test(executors, name##_on_threadpool)                                                          \
    {                                                                                              \
        expect_end(line_of("type = threadpool", "function = " function "\nargs = " args), value);  \
    }                                                                                              \
    Test(executors, name##_on_asyncio)                                                             \
    {                                                                                              \
        expect_end(line_of("type = asyncio", "function = " function "\nargs = " args), value);     \
    }                                                                                              \
    Test(executors, name##_on_processpool)                                                         \
    {                                                                                              \
        expect_end(line_of("type = processpool", "function = " function "\nargs = " args), value); \
    }                                                                                              \
    Test(executors, name##_on_debug)                                                               \
    {                                                                                              \
        expect_end(line_of("type = debug", "function = " function "\nargs = " args), value);       \
    }

ON_EACH(arguments_come_and_go, "pool_bodies:echo", "{\"x\": [1, \"two\"]}", "{\"x\": [1, \"two\"]}")
ON_EACH(facts_are_told, "pool_bodies:facts", "{}", "[\"a\", \"default\", 1, 0]")
ON_EACH(a_coroutine_sleeps, "cookbook:nap", "{\"milliseconds\": 20}", "  20")
