/* SPDX-License-Identifier: MIT */
/* A crash of a plugin host costs its runs, and nothing else. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

TestSuite(crashes, .fini = close_pool);

/* It is started again and does as before. */
static void
expect_alive(void)
{
    cr_expect(eq(u32, call("pool_bodies:process", NULL)->outcome, EXECZ_OUTCOME_OK));
}

static void
open_patient(const char *type)
{
    open_executor(type, "isolation", "process", "isolation_crashes", "0", "isolation_delay", "1ms",
                  "isolation_max_delay", "1ms", NULL);
}

Test(crashes, a_crash_is_lost_with_its_signal)
{
    open_patient("threadpool");
    const ended *end = call("pool_bodies:crash", "{\"how\": \"segv\"}");

    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_LOST));
    cr_expect(ne(ptr, strstr(end->message, "killed by signal 11 (Segmentation fault)"), NULL), "%s",
              end->message);
    expect_alive();
}

Test(crashes, an_exit_is_lost_with_its_status)
{
    open_patient("debug");
    const ended *end = call("pool_bodies:crash", "{\"how\": \"exit\", \"status\": 7}");

    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_LOST));
    cr_expect(ne(ptr, strstr(end->message, "exited with status 7"), NULL), "%s", end->message);
    expect_alive();
}

Test(crashes, what_had_ended_before_is_not_lost)
{
    open_patient("threadpool");
    cr_expect(eq(u32, call("pool_bodies:process", NULL)->outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(u32, call("pool_bodies:crash", NULL)->outcome, EXECZ_OUTCOME_LOST));
    cr_expect(eq(u32, ends_of("call-0"), 1));
}

Test(crashes, others_that_ran_there_are_lost_too_and_those_elsewhere_go_on)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    open_patient("threadpool");
    cr_assert(eq(int,
                 execz_scheduler_add_executor(scheduler(), "other", "threadpool", NULL, 0, &err),
                 EXECZ_OK));
    spec.executor = "other";
    spec.function = "pool_bodies:sleep";
    spec.args = "{\"ms\": 500}";
    add_spec("elsewhere", &spec);
    add_function("here", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("elsewhere");
    run_task("here");
    await_starts("elsewhere", 1);
    await_starts("here", 1);
    cr_expect(eq(u32, call("pool_bodies:crash", NULL)->outcome, EXECZ_OUTCOME_LOST));
    cr_expect(eq(u32, await_ends("here", 1)->outcome, EXECZ_OUTCOME_LOST));
    cr_expect(eq(u32, await_ends("elsewhere", 1)->outcome, EXECZ_OUTCOME_OK));
}

/* One that runs, and two behind it in the one-worker pool; then the plugin host is killed. */
static void
kill_host_of_three(const char *type)
{
    open_executor(type, "isolation", "process", "isolation_crashes", "0", "isolation_delay", "1ms",
                  "max_workers", "1", NULL);
    add_function("running", "pool_bodies:sleep", "{\"ms\": 60000}");
    add_function("first", "pool_bodies:nothing", NULL);
    add_function("second", "pool_bodies:nothing", NULL);
    run_task("running");
    await_starts("running", 1);
    run_task("first");
    run_task("second");
    pass_time(1); /* they are sent */
    cr_assert(eq(int, kill(host_pid(), SIGKILL), 0));
    cr_expect(eq(u32, await_ends("running", 1)->outcome, EXECZ_OUTCOME_LOST));
}

Test(crashes, what_had_not_begun_is_sent_again)
{
    kill_host_of_three("threadpool");
    cr_expect(eq(u32, await_ends("first", 1)->outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(u32, await_ends("second", 1)->outcome, EXECZ_OUTCOME_OK));
    cr_expect(all(eq(u32, starts_of("first"), 1), eq(u32, starts_of("second"), 1)));
    cr_expect(ne(ptr, strstr(log_lines(), "2 runs had not begun there and are sent again"), NULL),
              "%s", log_lines());
}

Test(crashes, what_may_have_begun_is_lost)
{
    kill_host_of_three("processpool");
    cr_expect(eq(u32, await_ends("first", 1)->outcome, EXECZ_OUTCOME_LOST));
    cr_expect(eq(u32, await_ends("second", 1)->outcome, EXECZ_OUTCOME_LOST));
}

Test(crashes, what_was_cancelled_and_had_not_begun_is_cancelled)
{
    execz_error err = EXECZ_ERROR_INIT;

    open_patient("threadpool");
    expect_alive();
    cr_assert(eq(int, kill(host_pid(), SIGSTOP), 0));
    add_function("held", "pool_bodies:nothing", NULL);
    run_task("held");
    pass_time(1);
    cr_assert(eq(int, execz_scheduler_cancel_task(scheduler(), "held", 0, &err), EXECZ_OK));
    pass_time(1);
    cr_assert(eq(int, kill(host_pid(), SIGKILL), 0));
    cr_expect(eq(u32, await_ends("held", 1)->outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(eq(u32, starts_of("held"), 0));
}

/* It crashes before it is told that anything has begun; after a few deaths the run may be why. */
Test(crashes, what_no_plugin_host_lives_to_begin_is_lost)
{
    make_executor(EXECZ_TEST_PLUGIN_DIR "/poison.so", "isolation", "process", "isolation_delay",
                  "1ms", "isolation_crashes", "0", NULL);
    start_pool();
    add_function("poison", "pool_bodies:nothing", NULL);
    run_task("poison");
    const ended *end = await_ends("poison", 1);

    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_LOST));
    cr_expect(ne(ptr, strstr(end->message, "before the run began, as 2 others"), NULL), "%s",
              end->message);
    cr_assert(eq(int, shut_down(EXECZ_SHUTDOWN_CANCEL, -1), EXECZ_OK));
}

Test(crashes, a_lost_run_is_attempted_again_if_its_task_says_so)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    open_patient("threadpool");
    spec.shell = "test $EXECZ_ATTEMPT = 2 || kill -9 $PPID; echo $EXECZ_ATTEMPT";
    spec.max_attempts = 2;
    spec.retry_on = EXECZ_RETRY_ON_LOST;
    spec.retry_delay = EXECZ_MILLISECOND;
    add_spec("again", &spec);
    run_task("again");
    const ended *end = await_ends("again", 1);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_OK), eq(str, end->output, (char *)"2\n")),
              "%s", end->message);
}

static bool
is_dead(void *pid)
{
    return !is_alive(*(pid_t *)pid);
}

/* Before the run is told to be lost, so that no retry meets it. */
Test(crashes, what_commands_have_left_is_killed)
{
    char path[] = "/tmp/execz-isolation-XXXXXX";
    char text[32] = "";
    pid_t left;
    FILE *file;

    (void)close(mkstemp(path));
    cr_assert(eq(int, setenv("ISOLATION_TEST_FILE", path, 1), 0));
    open_patient("threadpool");
    add_command("leaves",
                "setsid sleep 1000 & echo $! > $ISOLATION_TEST_FILE; kill -9 $PPID; wait");
    run_task("leaves");
    cr_expect(eq(u32, await_ends("leaves", 1)->outcome, EXECZ_OUTCOME_LOST));
    file = fopen(path, "r");
    cr_assert(file != NULL && fgets(text, sizeof text, file) != NULL);
    (void)fclose(file);
    left = (pid_t)g_ascii_strtoll(text, NULL, 10);
    await_that(is_dead, &left, "what was left has died"); /* a signal takes a moment to kill */
    (void)unlink(path);
}

static void
note_reason(void *user, const execz_executor_info *executor)
{
    (void)snprintf(user, 512, "%s", executor->unavailable == NULL ? "" : executor->unavailable);
}

Test(crashes, too_many_put_the_executor_into_quarantine_with_the_reason)
{
    char reason[512] = "";

    open_executor("threadpool", "isolation", "process", "isolation_crashes", "3", "isolation_delay",
                  "1ms", NULL);
    for (int i = 0; i < 3; i++) {
        cr_expect(eq(u32, call("pool_bodies:crash", NULL)->outcome, EXECZ_OUTCOME_LOST));
    }
    add_function("blocked", "pool_bodies:nothing", NULL);
    run_task("blocked");
    await_blocked("blocked");
    execz_scheduler_list_executors(scheduler(), note_reason, reason);
    cr_expect(ne(ptr, strstr(reason, "crashed 3 times within 10m"), NULL), "%s", reason);
    cr_expect(ne(ptr, strstr(reason, "Segmentation fault"), NULL), "%s", reason);
    cr_expect(ne(ptr, strstr(reason, "[P502]"), NULL), "%s", reason);
    cr_assert(eq(int, shut_down(EXECZ_SHUTDOWN_CANCEL, -1), EXECZ_OK));
}

Test(crashes, a_restart_of_the_scheduler_ends_the_quarantine)
{
    open_executor("threadpool", "isolation", "process", "isolation_crashes", "1", NULL);
    cr_expect(eq(u32, call("pool_bodies:crash", NULL)->outcome, EXECZ_OUTCOME_LOST));
    cr_assert(eq(int, shut_down(EXECZ_SHUTDOWN_CANCEL, -1), EXECZ_OK));
    start_pool();
    expect_alive();
}

enum { CRASHES = 100, TASKS = 40 };

static const char *
name_of(unsigned task)
{
    static char name[16];

    (void)snprintf(name, sizeof name, "load-%u", task);
    return name;
}

/* Each run has exactly one end, whatever dies under it. */
Test(crashes, a_hundred_crashes_under_load_cost_their_runs_and_no_event)
{
    open_patient("threadpool");
    for (unsigned task = 0; task < TASKS; task++) {
        add_function(name_of(task), "pool_bodies:nothing", NULL);
    }
    add_function("crash", "pool_bodies:crash", "{\"how\": \"kill\"}");
    for (unsigned i = 1; i <= CRASHES; i++) {
        for (unsigned task = 0; task < TASKS; task++) {
            run_task(name_of(task));
            if (task == TASKS / 2) {
                run_task("crash");
            }
        }
        cr_expect(eq(u32, await_ends("crash", i)->outcome, EXECZ_OUTCOME_LOST));
        for (unsigned task = 0; task < TASKS; task++) {
            uint32_t outcome = await_ends(name_of(task), i)->outcome;

            cr_expect(outcome == EXECZ_OUTCOME_OK || outcome == EXECZ_OUTCOME_LOST, "%u", outcome);
        }
    }
    pass_time(50);
    for (unsigned task = 0; task < TASKS; task++) {
        cr_expect(eq(u32, ends_of(name_of(task)), CRASHES), "%s", name_of(task));
    }
    cr_expect(all(eq(u32, ends_of("crash"), CRASHES), eq(u32, executor_backlog(), 0)));
    expect_alive();
}
