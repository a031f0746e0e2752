/* SPDX-License-Identifier: MIT */
#include "executor/executor.h"

#include "fixture.h"

#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static fixture *around;
static ez_task *task;

static void
set_up(void)
{
    around = fixture_new();
    task = fixture_task("backup");
}

static void
tear_down(void)
{
    ez_task_unref(task);
    fixture_free(around);
}

TestSuite(executor, .init = set_up, .fini = tear_down);

static ez_executor *
make_bundled(const char *name, const char *const *options)
{
    g_autofree char *path = fixture_bundled(name);

    return fixture_executor(around, path, options);
}

static ez_executor *
make_test_plugin(const char *name)
{
    g_autofree char *path = fixture_plugin(name);

    return fixture_executor(around, path, NULL);
}

static void
start(ez_executor *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_executor_start(self, &err), EXECZ_OK), "%s", err.message);
}

static int64_t
in_seconds(int n)
{
    return ez_clock_monotonic(ez_clock_system()) + n * EXECZ_SECOND;
}

static void
stop(ez_executor *self)
{
    ez_executor_shutdown(self, EXECZ_SHUTDOWN_CANCEL, EXECZ_NO_DEADLINE);
    ez_executor_stop(self, in_seconds(10), false);
}

static ez_run *
send(ez_executor *self)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_run *run = fixture_open(around, task, self, 1);

    cr_assert(eq(int, ez_executor_send(self, run, &err), EXECZ_OK), "%s", err.message);
    return run;
}

static void
expect_reason(const ez_executor *self, const char *expected)
{
    const char *reason = NULL;

    cr_expect(not(ez_executor_is_available(self, &reason)));
    cr_expect(eq(str, (char *)reason, (char *)expected));
}

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

/* ---- what it takes --------------------------------------------------------------------------- */

Test(executor, takes_what_its_plugin_can_run)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);

    start(self);
    cr_expect(ez_executor_takes(self, task, NULL));
    stop(self);
}

Test(executor, does_not_take_what_its_plugin_cannot_run)
{
    g_autoptr(ez_executor) self = make_test_plugin("functions_only");
    execz_error err = EXECZ_ERROR_INIT;

    start(self);
    cr_expect(not(ez_executor_takes(self, task, &err)));
    cr_expect(eq(int, err.status, EXECZ_E_UNSUPPORTED));
    cr_expect(
        eq(str, err.message, (char *)"executor 'cpu' (plugin functions_only) takes no commands"));
    stop(self);
}

Test(executor, for_functions_takes_functions_and_coroutines)
{
    g_autoptr(ez_executor) self = make_test_plugin("functions_only");
    execz_task_spec spec = fixture_spec("call");
    g_autoptr(ez_task) call = NULL;

    spec.shell = NULL;
    spec.function = "module:name";
    call = fixture_task_of(&spec);
    start(self);
    cr_expect(ez_executor_takes(self, call, NULL));
    call->abi.kind = EXECZ_TASK_COROUTINE; /* as the scheduler does once it knows */
    cr_expect(ez_executor_takes(self, call, NULL));
    call->abi.kind = EXECZ_TASK_PAYLOAD;
    cr_expect(not(ez_executor_takes(self, call, NULL)));
    stop(self);
}

/* ---- sending --------------------------------------------------------------------------------- */

Test(executor, that_runs_inline_has_finished_when_send_returns)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    ez_run *run;

    start(self);
    run = send(self);
    cr_expect(not(ez_run_is_open(run)));
    cr_expect(eq(ptr, fixture_next_message(around, false), &run->head));
    cr_expect(eq(u32, run->times[0].outcome.outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(uint, *ez_executor_unfinished(self), 1), "it is the scheduler that counts down");
    stop(self);
}

Test(executor, runs_each_of_a_hundred_run_times)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    ez_run *run = fixture_open(around, task, self, EXECZ_RUN_TIMES_MAX);

    start(self);
    cr_expect(eq(int, ez_executor_send(self, run, NULL), EXECZ_OK));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), EXECZ_RUN_TIMES_MAX));
    stop(self);
}

Test(executor, refuses_tasks_after_shutdown)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    ez_run *run = fixture_open(around, task, self, 1);
    execz_error err = EXECZ_ERROR_INIT;

    start(self);
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    cr_expect(eq(int, ez_executor_send(self, run, &err), EXECZ_E_SHUTDOWN));
    cr_expect(eq(str, err.message, (char *)"executor 'cpu' is shutting down"));
    cr_expect(all(ez_run_is_open(run), eq(uint, *ez_executor_unfinished(self), 0)));
    stop(self);
}

Test(executor, that_is_shut_down_says_so_until_it_is_stopped)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    execz_error err = EXECZ_ERROR_INIT;

    start(self);
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    cr_expect(eq(int, ez_executor_start(self, &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message,
                 (char *)"executor 'cpu' is shutting down; start it once it has stopped"));
    stop(self);
}

Test(executor, that_is_stopped_refuses_tasks_as_one_that_is_not_started)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);
    ez_run *run = fixture_open(around, task, self, 1);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_executor_send(self, run, &err), EXECZ_E_SHUTDOWN));
    cr_expect(eq(str, err.message, (char *)"executor 'cpu' is not started"));
}

/* ---- cancelling and stopping ----------------------------------------------------------------- */

static atomic_bool reached; /* a body runs */

static void
wait_for_interrupt(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)self;
    atomic_store(&reached, true);
    cr_expect(ez_interrupt_wait_until(body->interrupt, EXECZ_NO_DEADLINE));
    ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, NULL);
}

/* Sends a run to this body and waits until it runs. */
static ez_run *
send_to(ez_executor *self, void (*body)(fixture *, const ez_body *, ez_outcome *))
{
    ez_run *run;

    around->body = body;
    atomic_store(&reached, false);
    run = send(self);
    while (!atomic_load(&reached)) {
        sched_yield();
    }
    return run;
}

Test(executor, cancels_a_run_that_runs_and_one_that_waits)
{
    const char *const one_worker[] = {"max_workers=1", NULL};
    g_autoptr(ez_executor) self = make_bundled("threadpool", one_worker);
    ez_run *running, *waiting;

    start(self);
    running = send_to(self, wait_for_interrupt);
    waiting = send(self);
    ez_executor_cancel(self, waiting);
    cr_expect(eq(ptr, fixture_next_message(around, true), &waiting->head));
    cr_expect(ez_interrupt_raised(&waiting->interrupt));
    ez_executor_cancel(self, running);
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_CANCELLED));
    stop(self);
}

Test(executor, that_shuts_down_runs_what_it_has_taken)
{
    const char *const one_worker[] = {"max_workers=1", NULL};
    g_autoptr(ez_executor) self = make_bundled("threadpool", one_worker);

    start(self);
    for (int i = 0; i < 20; i++) {
        send(self);
    }
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    for (int i = 0; i < 20; i++) {
        cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
    }
    ez_executor_stop(self, in_seconds(10), false);
}

Test(executor, may_be_told_to_cancel_after_it_was_told_to_end)
{
    const char *const one_worker[] = {"max_workers=1", NULL};
    g_autoptr(ez_executor) self = make_bundled("threadpool", one_worker);

    start(self);
    send_to(self, wait_for_interrupt);
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    ez_executor_shutdown(self, EXECZ_SHUTDOWN_CANCEL, EXECZ_NO_DEADLINE);
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_CANCELLED));
    ez_executor_stop(self, in_seconds(10), false);
}

/* Hears nothing, until the process ends: its thread and all it uses are left behind on purpose. */
static void
be_deaf(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)self;
    (void)body;
    (void)outcome;
    atomic_store(&reached, true);
    (void)poll(NULL, 0, -1);
}

Test(executor, leaves_a_thread_that_does_not_end_and_can_be_started_again)
{
    g_autoptr(ez_executor) self = make_bundled("threadpool", NULL);

    start(self);
    send_to(self, be_deaf);
    ez_executor_shutdown(self, EXECZ_SHUTDOWN_CANCEL, EXECZ_NO_DEADLINE);
    ez_executor_stop(self, 0, false);
    cr_expect(eq(uint,
                 fixture_count_log(around, "error: executor=cpu did not end in time; 1 of "
                                           "its threads still run and keep what they use\n"),
                 1));
    around->body = NULL;
    start(self);
    send(self);
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
    stop(self);
}

Test(executor, whose_runs_were_given_up_is_left_behind_without_waiting)
{
    g_autoptr(ez_executor) self = make_bundled("threadpool", NULL);
    int64_t before = ez_clock_monotonic(ez_clock_system());

    start(self);
    send_to(self, be_deaf);
    ez_executor_stop(self, in_seconds(60), true);
    cr_expect(lt(i64, ez_clock_monotonic(ez_clock_system()) - before, 30 * EXECZ_SECOND));
    expect_reason(self, "it is not started");
    cr_expect(eq(uint, *ez_executor_unfinished(self), 0));
}
