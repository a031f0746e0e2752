/* SPDX-License-Identifier: MIT */
/* How runs of an isolated executor are stopped, and how it ends. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

TestSuite(stops, .fini = close_pool);

static void
expect_cancelled(const char *type)
{
    execz_error err = EXECZ_ERROR_INIT;

    open_executor(type, "isolation", "process", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_assert(eq(int, execz_scheduler_cancel_task(scheduler(), "sleeper", 0, &err), EXECZ_OK));
    cr_expect(eq(u32, await_ends("sleeper", 1)->outcome, EXECZ_OUTCOME_CANCELLED));
}

Test(stops, a_function_on_a_thread_is_cancelled)
{
    expect_cancelled("threadpool");
}

Test(stops, a_function_in_a_worker_is_cancelled)
{
    expect_cancelled("processpool");
}

Test(stops, a_function_beside_the_loop_is_cancelled)
{
    expect_cancelled("asyncio");
}

Test(stops, a_command_is_cancelled)
{
    execz_error err = EXECZ_ERROR_INIT;

    open_executor("threadpool", "isolation", "process", NULL);
    add_command("sleeper", "sleep 1000");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_assert(eq(int, execz_scheduler_cancel_task(scheduler(), "sleeper", 0, &err), EXECZ_OK));
    cr_expect(eq(u32, await_ends("sleeper", 1)->outcome, EXECZ_OUTCOME_CANCELLED));
}

Test(stops, a_timeout_is_kept)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    open_executor("threadpool", "isolation", "process", NULL);
    spec.function = "pool_bodies:sleep";
    spec.args = "{\"ms\": 60000}";
    spec.timeout = 50 * EXECZ_MILLISECOND;
    add_spec("sleeper", &spec);
    run_task("sleeper");
    cr_expect(eq(u32, await_ends("sleeper", 1)->outcome, EXECZ_OUTCOME_TIMEOUT));
}

/* The plugin does not come back from send_task() before its body does, which is no hang. */
Test(stops, a_body_in_a_call_may_take_longer_than_the_patience)
{
    open_executor("debug", "isolation", "process", "isolation_patience", "1s", NULL);
    cr_expect(eq(u32, call("pool_bodies:sleep", "{\"ms\": 3500}")->outcome, EXECZ_OUTCOME_OK));
}

Test(stops, a_shutdown_lets_runs_end)
{
    open_executor("threadpool", "isolation", "process", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 300}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_assert(eq(int, shut_down(0, -1), EXECZ_OK));
    cr_expect(eq(u32, await_ends("sleeper", 1)->outcome, EXECZ_OUTCOME_OK));
}

Test(stops, a_shutdown_that_cancels_is_obeyed)
{
    open_executor("threadpool", "isolation", "process", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_assert(eq(int, shut_down(EXECZ_SHUTDOWN_CANCEL, -1), EXECZ_OK));
    cr_expect(eq(u32, await_ends("sleeper", 1)->outcome, EXECZ_OUTCOME_CANCELLED));
}

Test(stops, after_a_shutdown_no_process_is_left)
{
    open_executor("processpool", "isolation", "process", NULL);
    cr_expect(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
    cr_assert(ne(int, host_pid(), 0));
    cr_assert(eq(int, shut_down(0, -1), EXECZ_OK));
    cr_expect(eq(int, host_pid(), 0));
}

Test(stops, an_executor_can_be_removed)
{
    execz_error err = EXECZ_ERROR_INIT;

    open_executor("threadpool", "isolation", "process", NULL);
    cr_expect(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
    cr_assert(eq(int, execz_scheduler_remove_executor(scheduler(), "default", 0, &err), EXECZ_OK));
    await_that(has_no_host, NULL, "its plugin host has gone");
}
