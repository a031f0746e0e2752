/* SPDX-License-Identifier: MIT */
#include "function/directories.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Becomes user, who is not root if we are: only then the environment is heard. */
static void
become(uid_t user)
{
    if (getuid() == 0) {
        cr_assert(eq(int, seteuid(user), 0));
        cr_assert(eq(int, prctl(PR_SET_DUMPABLE, 1), 0)); /* the leak checker looks into us */
    }
}

Test(directories, the_first_that_has_a_file_wins)
{
    static const char *const path[] = {"/nonexistent", EXECZ_TEST_FUNCTIONS,
                                       EXECZ_TEST_FUNCTIONS "/lib", NULL};
    g_autoptr(ez_directories) directories = ez_directories_new(path);
    g_autofree char *file = ez_directories_find(directories, "greetings");

    cr_expect(eq(str, file, (char *)EXECZ_TEST_FUNCTIONS "/greetings.so"));
    cr_expect(zero(ptr, ez_directories_find(directories, "nothing")));
}

Test(directories, the_built_in_one_is_beside_the_code)
{
    g_autoptr(ez_directories) directories = ez_directories_new(NULL);
    g_autofree char *self = realpath("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self);
    g_autofree char *expected = g_strdup_printf("%s/execz/functions-1 (built in", folder);
    g_autofree char *text = ez_directories_describe(directories);

    cr_expect(strncmp(text, expected, strlen(expected)) == 0, "%s", text);
}

Test(directories, the_environment_adds_some_at_the_end)
{
    g_autoptr(ez_directories) directories = NULL;
    g_autofree char *text = NULL;

    become(65534);
    setenv("EXECZ_FUNCTION_PATH", "/nonexistent::" EXECZ_TEST_FUNCTIONS, 1);
    directories = ez_directories_new(NULL);
    become(0);
    text = ez_directories_describe(directories);
    cr_expect(strstr(text, "/nonexistent (EXECZ_FUNCTION_PATH, missing), " EXECZ_TEST_FUNCTIONS
                           " (EXECZ_FUNCTION_PATH") != NULL,
              "%s", text);
}

Test(directories, the_environment_is_not_heard_by_root)
{
    g_autoptr(ez_directories) directories = NULL;
    g_autofree char *text = NULL;

    if (geteuid() != 0) {
        cr_skip_test("not root");
    }
    setenv("EXECZ_FUNCTION_PATH", EXECZ_TEST_FUNCTIONS, 1);
    directories = ez_directories_new(NULL);
    text = ez_directories_describe(directories);
    cr_expect(strstr(text, EXECZ_TEST_FUNCTIONS " (EXECZ_FUNCTION_PATH, ignored for root)") != NULL,
              "%s", text);
    cr_expect(zero(ptr, ez_directories_find(directories, "greetings")));
}

Test(directories, a_relative_one_is_ignored_and_said_so)
{
    static const char *const path[] = {"functions", NULL};
    g_autoptr(ez_directories) directories = ez_directories_new(path);
    g_autofree char *text = ez_directories_describe(directories);

    cr_expect(strstr(text, "functions (function_path, ignored: not absolute)") != NULL, "%s", text);
}

Test(directories, all_modules_are_listed_by_name)
{
    static const char *const path[] = {EXECZ_TEST_FUNCTIONS, NULL};
    g_autoptr(ez_directories) directories = ez_directories_new(path);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    ez_directories_list(directories, names);
    cr_expect(g_ptr_array_find_with_equal_func(names, "greetings", g_str_equal, NULL));
    cr_expect(not(g_ptr_array_find_with_equal_func(names, "lib", g_str_equal, NULL)));
}
