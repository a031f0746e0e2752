/* SPDX-License-Identifier: MIT */
#include "function/program.h"

#include "commands.h"

#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(program, .init = commands_setup, .fini = commands_teardown);

/* The candidates for name under PATH, in one text. */
static char *
candidates_of(const char *name, const char *path)
{
    ez_environment environment;
    char **candidates;
    char *text;

    if (path != NULL) {
        setenv("PATH", path, 1);
    } else {
        unsetenv("PATH");
    }
    cr_assert(eq(int, ez_environment_init(&environment, &f.body, NULL), EXECZ_OK));
    candidates = ez_program_candidates(name, &environment);
    text = g_strjoinv(" ", candidates);
    g_strfreev(candidates);
    ez_environment_deinit(&environment);
    return text;
}

Test(program, a_name_is_tried_in_every_directory_of_path)
{
    g_autofree char *text = candidates_of("x", "/bin:relative:/usr/bin");

    cr_expect(eq(str, text, (char *)"/bin/x relative/x /usr/bin/x"));
}

Test(program, an_empty_directory_is_the_working_directory)
{
    g_autofree char *text = candidates_of("x", ":/bin:");

    cr_expect(eq(str, text, (char *)"./x /bin/x ./x"));
}

Test(program, without_a_path_the_systems_is_used)
{
    g_autofree char *text = candidates_of("x", NULL);

    cr_expect(eq(str, text, (char *)"/bin/x /usr/bin/x"));
}

Test(program, a_name_with_a_slash_is_taken_as_it_is)
{
    g_autofree char *text = candidates_of("./x", "/bin");

    cr_expect(eq(str, text, (char *)"./x"));
}

static void
expect_too_long(const char *beginning, const char *part)
{
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_assert(f.outcome.message != NULL);
    cr_expect(g_str_has_prefix(f.outcome.message, beginning), "%s", f.outcome.message);
    cr_expect(strstr(f.outcome.message, part) != NULL, "%s", f.outcome.message);
}

Test(program, an_argument_that_is_too_long_is_measured)
{
    g_autofree char *text = g_strnfill(200000, 'x');
    const char *const argv[] = {"/bin/true", text, NULL};

    f.task.argv = argv;
    fixture_run(&f);
    expect_too_long("cannot run '/bin/true': one argument or environment entry has 200001 bytes",
                    "limit for one is 131072");
}

Test(program, too_many_arguments_are_measured)
{
    g_autofree char *text = g_strnfill(100000, 'x');
    g_autofree const char **argv = g_new0(const char *, 102);

    for (int i = 0; i < 101; i++) {
        argv[i] = i == 0 ? "/bin/true" : text;
    }
    f.task.argv = argv;
    fixture_run(&f);
    expect_too_long("cannot run '/bin/true': its arguments take 10000", "a quarter of ulimit -s");
}

Test(program, an_environment_of_a_megabyte_is_handed_over)
{
    g_autofree const char **env = g_new0(const char *, 101);

    for (int i = 0; i < 100; i++) {
        env[i] = g_strdup_printf("V%d=%010000d", i, i);
    }
    f.task.env = env;
    cr_expect(eq(str, (char *)output_of("echo ${#V0} ${#V99}"), (char *)"10000 10000\n"));
    for (int i = 0; i < 100; i++) {
        g_free((char *)env[i]);
    }
}

Test(program, a_directory_is_not_executable)
{
    run_argv("/tmp");
    expect_outcome(EXECZ_OUTCOME_ERROR, "cannot run '/tmp': Permission denied");
}

Test(program, one_that_may_not_be_executed_does_not_hide_another)
{
    g_autofree char *path = g_strdup_printf("PATH=%s:/bin", folder);
    g_autofree char *file = g_build_filename(folder, "true", NULL);
    const char *const env[] = {path, NULL};

    cr_assert(g_file_set_contents(file, "#!/bin/sh\nexit 3\n", -1, NULL));
    f.task.env = env;
    run_argv("true");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
}
