/* SPDX-License-Identifier: MIT */
#include "plugin/guard.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

Test(guard, nothing_changed_is_nothing_told)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);

    ez_guard_restore(ez_guard_new(), warnings);
    cr_expect(eq(uint, warnings->len, 0));
}

Test(guard, a_handler_of_our_own_is_put_back_as_it_was)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    struct sigaction ours = {.sa_handler = SIG_IGN, .sa_flags = SA_RESTART};
    struct sigaction theirs = {.sa_handler = SIG_DFL};
    struct sigaction now;
    ez_guard *guard;

    sigaction(SIGPIPE, &ours, NULL);
    guard = ez_guard_new();
    sigaction(SIGPIPE, &theirs, NULL);
    ez_guard_restore(guard, warnings);
    sigaction(SIGPIPE, NULL, &now);
    cr_expect(now.sa_handler == SIG_IGN);
    cr_expect(eq(int, now.sa_flags &SA_RESTART, SA_RESTART));
    cr_assert(eq(uint, warnings->len, 1));
    cr_expect(eq(str, (char *)warnings->pdata[0],
                 (char *)"changed the handling of SIGPIPE; it was put back"));
}

Test(guard, setting_a_signal_to_what_it_was_is_no_change)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    struct sigaction same = {.sa_handler = SIG_DFL};
    ez_guard *guard = ez_guard_new();

    sigaction(SIGUSR1, &same, NULL);
    ez_guard_restore(guard, warnings);
    cr_expect(eq(uint, warnings->len, 0));
}

Test(guard, letting_children_vanish_is_a_change)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    struct sigaction vanish = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
    struct sigaction now;
    ez_guard *guard = ez_guard_new();

    sigaction(SIGCHLD, &vanish, NULL);
    ez_guard_restore(guard, warnings);
    sigaction(SIGCHLD, NULL, &now);
    cr_expect(eq(uint, warnings->len, 1));
    cr_expect(eq(int, now.sa_flags &SA_NOCLDWAIT, 0));
}

Test(guard, limits_are_put_back)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    struct rlimit before, now;
    ez_guard *guard = ez_guard_new();

    getrlimit(RLIMIT_NOFILE, &before);
    now = (struct rlimit){before.rlim_cur - 1, before.rlim_max};
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &now), 0));
    ez_guard_restore(guard, warnings);
    getrlimit(RLIMIT_NOFILE, &now);
    cr_expect(eq(u64, now.rlim_cur, before.rlim_cur));
    cr_assert(eq(uint, warnings->len, 1));
    cr_expect(eq(str, (char *)warnings->pdata[0],
                 (char *)"changed the limit RLIMIT_NOFILE; it was put back"));
}

Test(guard, the_environment_is_put_back)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    ez_guard *guard;

    setenv("EXECZ_TEST_KEPT", "old", 1);
    setenv("EXECZ_TEST_GONE", "old", 1);
    guard = ez_guard_new();
    setenv("EXECZ_TEST_KEPT", "new", 1);
    setenv("EXECZ_TEST_NEW", "new", 1);
    unsetenv("EXECZ_TEST_GONE");
    ez_guard_restore(guard, warnings);
    cr_expect(eq(str, getenv("EXECZ_TEST_KEPT"), (char *)"old"));
    cr_expect(eq(str, getenv("EXECZ_TEST_GONE"), (char *)"old"));
    cr_expect(eq(ptr, getenv("EXECZ_TEST_NEW"), NULL));
    cr_expect(eq(uint, warnings->len, 3));
}
