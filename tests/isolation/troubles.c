/* SPDX-License-Identifier: MIT */
/* A plugin that dies or hangs in whichever call neither kills the scheduler nor holds it. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

TestSuite(troubles, .fini = close_pool);

static void
open_troubled(const char *in, const char *how)
{
    execz_error err = EXECZ_ERROR_INIT;

    make_executor(EXECZ_TEST_PLUGIN_DIR "/troubles.so", "isolation", "process", "in", in, "how",
                  how, "isolation_patience", "1s", "isolation_delay", "1ms", "isolation_crashes",
                  "2", NULL);
    cr_assert(eq(int, execz_scheduler_add_executor(scheduler(), "sound", "debug", NULL, 0, &err),
                 EXECZ_OK));
    start_pool();
}

/* The other executor does its work. */
static void
expect_sound(void)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.executor = "sound";
    spec.function = "pool_bodies:nothing";
    add_spec("sound", &spec);
    run_task("sound");
    cr_expect(eq(u32, await_ends("sound", 1)->outcome, EXECZ_OUTCOME_OK));
}

static void
expect_blocked(void)
{
    expect_sound();
    add_function("blocked", "pool_bodies:nothing", NULL);
    run_task("blocked");
    await_blocked("blocked");
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
}

Test(troubles, a_crash_in_start)
{
    open_troubled("start", "crash");
    expect_blocked();
}

Test(troubles, an_exit_in_start)
{
    open_troubled("start", "exit");
    expect_blocked();
}

Test(troubles, a_hang_in_start)
{
    open_troubled("start", "hang");
    expect_blocked();
    cr_expect(ne(ptr, strstr(log_lines(), "start() of its plugin did not return within 1s"), NULL),
              "%s", log_lines());
}

static void
expect_lost(const char *why)
{
    add_function("run", "pool_bodies:nothing", NULL);
    run_task("run");
    const ended *end = await_ends("run", 1);

    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_LOST));
    cr_expect(ne(ptr, strstr(end->message, why), NULL), "%s", end->message);
    expect_sound();
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
}

Test(troubles, a_crash_in_send_task)
{
    open_troubled("send_task", "crash");
    expect_lost("killed by signal 6 (Aborted)");
}

Test(troubles, a_hang_in_send_task)
{
    open_troubled("send_task", "hang");
    expect_lost("send_task() of its plugin did not return within 1s");
}

Test(troubles, noise_on_the_socket)
{
    open_troubled("send_task", "noise");
    expect_lost("what it sends makes no sense");
}

static void
cancel_one(void)
{
    execz_error err = EXECZ_ERROR_INIT;

    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_assert(eq(int, execz_scheduler_cancel_task(scheduler(), "sleeper", 0, &err), EXECZ_OK));
    cr_expect(eq(u32, await_ends("sleeper", 1)->outcome, EXECZ_OUTCOME_LOST));
    expect_sound();
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
}

Test(troubles, a_crash_in_cancel)
{
    open_troubled("cancel", "crash");
    cancel_one();
}

Test(troubles, a_hang_in_cancel)
{
    open_troubled("cancel", "hang");
    cancel_one();
}

static void
shut_down_with_one(uint32_t flags)
{
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_expect(eq(int, shut_down(flags, -1), EXECZ_OK));
    cr_expect(eq(u32, ends_of("sleeper"), 1));
    cr_expect(eq(int, host_pid(), 0));
}

Test(troubles, a_crash_in_shutdown)
{
    open_troubled("shutdown", "crash");
    shut_down_with_one(0);
}

Test(troubles, a_hang_in_shutdown)
{
    open_troubled("shutdown", "hang");
    shut_down_with_one(EXECZ_SHUTDOWN_CANCEL);
}

static void
end_in_trouble(const char *how)
{
    open_troubled("destroy", how);
    add_function("run", "pool_bodies:nothing", NULL);
    run_task("run");
    cr_expect(eq(u32, await_ends("run", 1)->outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(int, shut_down(0, -1), EXECZ_OK));
    cr_expect(eq(int, host_pid(), 0));
}

Test(troubles, a_crash_in_destroy)
{
    end_in_trouble("crash");
}

Test(troubles, a_hang_in_destroy)
{
    end_in_trouble("hang");
}
