/* SPDX-License-Identifier: MIT */
/* plugins.lock beside a configuration. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define CONFIG                                                                                     \
    "[scheduler]\nplugin_path = plugins\nrequire_lock = yes\n[executor:default]\ntype = good\n"    \
    "[task:a]\nat = now\nshell = echo it runs\n"

#define START "start", "-c", "tasks.conf", "--until-idle"

static void
install(const char *plugin)
{
    g_autofree char *from = g_strdup_printf(EXECZ_TEST_PLUGIN_DIR "/%s.so", plugin);

    run_program("mkdir", "-p", own_path("plugins"), NULL);
    cr_assert(eq(int, run_program("cp", from, own_path("plugins/good.so"), NULL).status, 0));
}

static void
set_up(void)
{
    install("good");
    own_file("tasks.conf", CONFIG);
}

Test(lock, without_a_lock_that_is_required_nothing_is_loaded)
{
    ended result;

    set_up();
    result = run_execz(START, NULL);
    expect_not_in(result.out, "it runs");
    expect_in(result.out, "require_lock is set, and there is no lock file ");
    expect_in(result.out, "[P223]");
}

Test(lock, what_was_locked_runs)
{
    ended locked;

    set_up();
    locked = run_execz("plugin", "lock", "-c", "tasks.conf", NULL);
    cr_expect(eq(int, locked.status, 0), "%s", locked.err);
    cr_expect(line_with(locked.out, "new ", "good sha256:") != NULL, "%s", locked.out);
    expect_in(locked.out, "plugins.lock is written\n");
    expect_in(run_execz(START, NULL).out, "it runs");
}

#ifdef EXECZ_HAS_HTTP
#define METRICS "metrics = 127.0.0.1:0\n"
#else
#define METRICS ""
#endif

Test(lock, the_store_and_what_serves_metrics_are_locked_too)
{
    ended locked;

    install("good");
    own_file("tasks.conf", "[scheduler]\n" METRICS "plugin_path = plugins\nrequire_lock = yes\n"
                           "[executor:default]\ntype = good\n"
                           "[task:a]\nat = now\nshell = echo it runs\n");
    locked = run_execz("plugin", "lock", "-c", "tasks.conf", NULL);
    cr_expect(eq(int, locked.status, 0), "%s", locked.err);
    cr_expect(line_with(locked.out, "new ", "sqlite sha256:") != NULL, "%s", locked.out);
    expect_in(run_execz(START, "--state-dir", own_path("state"), NULL).out, "it runs");
}

Test(lock, a_file_that_was_exchanged_does_not_run_until_it_is_locked_anew)
{
    ended result;

    set_up();
    run_execz("plugin", "lock", "-c", "tasks.conf", NULL);
    install("plain"); /* the same alias, by its name */
    result = run_execz(START, NULL);
    expect_not_in(result.out, "it runs");
    expect_in(result.out, "[P222]");
    result = run_execz("plugin", "lock", "-c", "tasks.conf", NULL);
    cr_expect(line_with(result.out, "changed ", "good sha256:") != NULL, "%s", result.out);
    expect_in(run_execz(START, NULL).out, "it runs");
}

Test(lock, a_dry_run_writes_nothing)
{
    ended result;

    set_up();
    result = run_execz("plugin", "lock", "-c", "tasks.conf", "--dry-run", NULL);
    cr_expect(eq(int, result.status, 0));
    expect_in(result.out, "good sha256:");
    cr_expect(not(g_file_test(own_path("plugins.lock"), G_FILE_TEST_EXISTS)));
}

Test(lock, require_lock_is_yes_or_no)
{
    ended result;

    own_file("tasks.conf", "[scheduler]\nrequire_lock = maybe\n");
    result = run_execz("check", "tasks.conf", NULL);
    cr_expect(eq(int, result.status, 3));
    expect_in(result.err, "tasks.conf:2:16: require_lock: ");
}
