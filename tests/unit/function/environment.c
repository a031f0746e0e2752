/* SPDX-License-Identifier: MIT */
#include "function/environment.h"

#include "commands.h"

#include <stdlib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_environment environment;

static void
setup(void)
{
    commands_setup();
    environment = (ez_environment){0};
}

static void
teardown(void)
{
    ez_environment_deinit(&environment);
    commands_teardown();
}

TestSuite(environment, .init = setup, .fini = teardown);

static void
build(void)
{
    execz_error err = EXECZ_ERROR_INIT;

    ez_environment_deinit(&environment);
    cr_assert(eq(int, ez_environment_init(&environment, &f.body, &err), EXECZ_OK), "%s",
              err.message);
}

static unsigned
count(const char *name)
{
    unsigned n = 0;

    for (char *const *at = ez_environment_entries(&environment); *at != NULL; at++) {
        n += g_str_has_prefix(*at, name);
    }
    return n;
}

Test(environment, each_run_has_a_mark_of_its_own)
{
    g_autofree char *first = NULL;

    unsetenv(EZ_MARK_NAME);
    build();
    first = g_strdup(environment.mark);
    cr_expect(eq(sz, strlen(first), 16));
    build();
    cr_expect(ne(str, first, (char *)environment.mark));
    cr_expect(
        eq(str, (char *)ez_environment_find(&environment, EZ_MARK_NAME), (char *)environment.mark));
}

Test(environment, a_mark_begins_with_that_of_the_run_around_us)
{
    setenv(EZ_MARK_NAME, "outer", 1);
    build();
    cr_expect(g_str_has_prefix(environment.mark, "outer/"), "%s", environment.mark);
    cr_expect(eq(uint, count(EZ_MARK_NAME "="), 1));
}

Test(environment, a_task_cannot_take_the_facts_of_its_run)
{
    static const char *const env[] = {"EXECZ_TASK=other", EZ_MARK_NAME "=other",
                                      "EXECZ_DEADLINE=never", NULL};

    f.task.env = env;
    build();
    cr_expect(eq(str, (char *)ez_environment_find(&environment, "EXECZ_TASK"), (char *)"t1"));
    cr_expect(ne(str, (char *)environment.mark, (char *)"other"));
    cr_expect(zero(ptr, (void *)ez_environment_find(&environment, "EXECZ_DEADLINE")));
}

Test(environment, the_last_of_a_tasks_entries_with_one_name_wins)
{
    static const char *const env[] = {"NAME=first", "NAMES=other", "NAME=last", NULL};

    setenv("NAME", "ours", 1);
    f.task.env = env;
    build();
    cr_expect(eq(str, (char *)ez_environment_find(&environment, "NAME"), (char *)"last"));
    cr_expect(all(eq(uint, count("NAME="), 1), eq(uint, count("NAMES="), 1)));
}

Test(environment, a_value_may_be_empty_or_hold_an_equals_sign)
{
    static const char *const env[] = {"EMPTY=", "SUM=1+1=2", NULL};

    f.task.env = env;
    build();
    cr_expect(eq(str, (char *)ez_environment_find(&environment, "EMPTY"), (char *)""));
    cr_expect(eq(str, (char *)ez_environment_find(&environment, "SUM"), (char *)"1+1=2"));
}

Test(environment, a_name_that_only_begins_alike_is_another)
{
    setenv("LONGER_NAME", "value", 1);
    build();
    cr_expect(zero(ptr, (void *)ez_environment_find(&environment, "LONGER")));
}

Test(environment, an_entry_without_a_name_is_refused)
{
    static const char *const env[] = {"=value", NULL};
    execz_error err = EXECZ_ERROR_INIT;

    f.task.env = env;
    cr_expect(eq(int, ez_environment_init(&environment, &f.body, &err), EXECZ_E_INVAL));
    cr_expect(eq(str, err.message, (char *)"environment entry '=value' is not NAME=value"));
}

Test(environment, what_we_change_in_ours_later_does_not_reach_it)
{
    char entry[] = "CHANGING=before";

    putenv(entry);
    build();
    memcpy(entry, "CHANGING=behind", sizeof entry);
    cr_expect(eq(str, (char *)ez_environment_find(&environment, "CHANGING"), (char *)"before"));
    unsetenv("CHANGING");
}
