/* SPDX-License-Identifier: MIT */
#include "executor/executor.h"

#include "started.h"

#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(executor, .init = started_set_up, .fini = started_tear_down);

/* ---- making ---------------------------------------------------------------------------------- */

Test(executor, tells_what_it_is_made_of)
{
    g_autofree char *path = fixture_bundled("threadpool");
    g_autoptr(ez_executor) self = fixture_executor(around, path, NULL);

    cr_expect(all(eq(str, (char *)ez_executor_alias(self), (char *)"cpu"),
                  eq(str, (char *)ez_executor_type(self), (char *)"threadpool"),
                  eq(str, (char *)ez_executor_path(self), path)));
    cr_expect(eq(uint, *ez_executor_unfinished(self), 0));
}

Test(executor, without_a_plugin_it_has_no_wish_for_its_shutdown)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_executor) self = ez_executor_new_unavailable(&around->services, "cpu", &err);

    cr_expect(not(ez_executor_overwrites_wait(self)));
}

Test(executor, finishes_its_runs_in_spite_of_a_cancel_only_if_its_option_says_so)
{
    static const char *const yes[] = {"overwrite_wait=yes", NULL};
    static const char *const no[] = {"overwrite_wait=no", NULL};
    g_autoptr(ez_executor) stays = make_bundled("threadpool", yes);
    g_autoptr(ez_executor) hurries = make_bundled("threadpool", no);
    g_autoptr(ez_executor) open = make_bundled("threadpool", NULL);

    cr_expect(ez_executor_overwrites_wait(stays));
    cr_expect(not(ez_executor_overwrites_wait(hurries)));
    cr_expect(not(ez_executor_overwrites_wait(open)));
}

Test(executor, is_not_available_before_it_is_started)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);

    expect_reason(self, "it is not started");
}

Test(executor, with_wrong_options_is_not_made)
{
    g_autofree char *path = fixture_bundled("threadpool");
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(path);
    g_autoptr(ez_report) report = ez_report_new();
    ez_place place = {"x.conf", 1, 1};
    ez_setting settings[] = {{"max_workers", "0", place, place}, {"max_worker", "1", place, place}};
    ez_options_source source = {.owner = "executor 'cpu'", .settings = settings, .n_settings = 2};

    cr_expect(eq(ptr,
                 ez_executor_new(&around->services, "cpu", file, &file->parts[0], &source, report),
                 NULL));
    cr_expect(eq(sz, ez_report_count(report), 2));
}

Test(executor, without_a_plugin_says_why_and_cannot_start)
{
    execz_error err = {.status = EXECZ_E_NOT_FOUND, .code = "P101", .message = "no plugin 'x'"};
    g_autoptr(ez_executor) self = ez_executor_new_unavailable(&around->services, "cpu", &err);
    execz_error again = EXECZ_ERROR_INIT;

    expect_reason(self, "no plugin 'x' [P101]");
    cr_expect(eq(int, ez_executor_start(self, &again), EXECZ_E_PLUGIN));
    cr_expect(eq(str, again.message, (char *)"no plugin 'x' [P101]"));
    cr_expect(eq(ptr, (void *)ez_executor_type(self), NULL));
    cr_expect(eq(ptr, (void *)ez_executor_path(self), NULL));
}

Test(executor, without_a_plugin_and_a_code_says_why_without_brackets)
{
    execz_error err = {.status = EXECZ_E_FAIL, .message = "no luck"};
    g_autoptr(ez_executor) self = ez_executor_new_unavailable(&around->services, "cpu", &err);

    expect_reason(self, "no luck");
}

/* ---- starting -------------------------------------------------------------------------------- */

Test(executor, once_started_is_available)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    const char *reason = NULL;

    start(self);
    cr_expect(ez_executor_is_available(self, &reason));
    cr_expect(eq(ptr, (void *)reason, NULL));
    stop(self);
    expect_reason(self, "it is not started");
}

Test(executor, is_not_started_twice)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    execz_error err = EXECZ_ERROR_INIT;

    start(self);
    cr_expect(eq(int, ez_executor_start(self, &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message, (char *)"executor 'cpu' is started already"));
    stop(self);
}

Test(executor, whose_plugin_fails_to_start_says_so_with_the_plugins_reason)
{
    g_autofree char *path = fixture_plugin("start_fails");
    g_autoptr(ez_executor) self = fixture_executor(around, path, NULL);
    g_autofree char *message = g_strdup_printf(
        "'cpu' could not start: cannot reach the queue at 192.0.2.1; set the option 'server' "
        "(i/o error; plugin %s)",
        path);
    g_autofree char *reason = g_strdup_printf("%s [P501]", message);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_executor_start(self, &err), EXECZ_E_PLUGIN));
    cr_expect(all(eq(int, err.status, EXECZ_E_PLUGIN), eq(str, err.code, (char *)"P501"),
                  eq(str, err.message, message)));
    expect_reason(self, reason);
}

Test(executor, may_be_started_again_after_a_failure)
{
    g_autoptr(ez_executor) self = make_test_plugin("start_fails");

    cr_expect(eq(int, ez_executor_start(self, NULL), EXECZ_E_PLUGIN));
    cr_expect(eq(int, ez_executor_start(self, NULL), EXECZ_E_PLUGIN), "not EXECZ_E_STATE");
}

Test(executor, that_is_not_started_is_shut_down_and_stopped_in_vain)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);

    stop(self);
    expect_reason(self, "it is not started");
    cr_expect(eq(str, around->log->str, (char *)""));
}

Test(executor, runs_tasks_again_after_each_of_ten_restarts)
{
    const char *const one_worker[] = {"max_workers=1", NULL};
    g_autoptr(ez_executor) self = make_bundled("threadpool", one_worker);
    unsigned threads = fixture_count_threads();

    for (int i = 0; i < 10; i++) {
        start(self);
        send(self);
        cr_assert(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
        stop(self);
        cr_assert(eq(uint, fixture_count_threads(), threads), "stop() joins all threads");
    }
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 10));
}

Test(executor, reports_what_its_plugin_does_to_the_process)
{
    g_autoptr(ez_executor) self = make_test_plugin("side_effects");
    g_autofree char *here = g_get_current_dir();

    start(self);
    cr_expect(gt(uint,
                 fixture_count_log(around, "warning: plugin misbehaving: executor=cpu while "
                                           "loading, "),
                 0));
    stop(self);
    cr_expect(eq(int, chdir(here), 0));
}

/* A copy of a built plugin in a directory of its own, where it can be replaced. */
static void
install(const char *from, const char *to)
{
    g_autofree char *bytes = NULL, *fresh = g_strconcat(to, ".new", NULL);
    gsize length;

    cr_assert(g_file_get_contents(from, &bytes, &length, NULL), "%s", from);
    cr_assert(g_file_set_contents(fresh, bytes, (gssize)length, NULL));
    cr_assert(eq(int, chmod(fresh, 0644), 0));
    cr_assert(eq(int, rename(fresh, to), 0));
}

static void
expect_start_refused(ez_executor *self, const char *code)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(lt(int, ez_executor_start(self, &err), 0));
    cr_expect(eq(str, err.code, (char *)code), "%s", err.message);
    cr_expect(ne(str, err.message, (char *)""));
}

Test(executor, survives_that_its_plugin_is_replaced_by_a_broken_one)
{
    g_autofree char *directory = g_dir_make_tmp("execz-executor-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "debug.so", NULL);
    g_autofree char *good = fixture_bundled("debug"), *broken = fixture_plugin("text");
    g_autoptr(ez_executor) self = NULL;

    install(good, path);
    self = fixture_executor(around, path, NULL);
    start(self);
    stop(self);
    install(broken, path);
    expect_start_refused(self, "P301");
    cr_assert(eq(int, remove(path), 0));
    expect_start_refused(self, "P102");
    install(good, path);
    start(self);
    send(self);
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
    stop(self);
    remove(path);
    remove(directory);
}

Test(executor, notices_that_its_plugin_is_replaced_by_a_stranger)
{
    g_autofree char *directory = g_dir_make_tmp("execz-executor-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "debug.so", NULL);
    g_autofree char *good = fixture_bundled("debug"), *other = fixture_plugin("good");
    g_autoptr(ez_executor) self = NULL;

    install(good, path);
    self = fixture_executor(around, path, NULL);
    install(other, path);
    cr_expect(eq(int, ez_executor_start(self, NULL), EXECZ_E_PLUGIN));
    remove(path);
    remove(directory);
}
