/* SPDX-License-Identifier: MIT */
/* What an isolated executor runs is run as in the scheduler's process, but in another one. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(runs, .fini = close_pool);

static void
open_isolated(const char *type)
{
    open_executor(type, "isolation", "process", NULL);
}

static void
expect_function_elsewhere(const char *type)
{
    open_isolated(type);
    const ended *end = call("pool_bodies:process", NULL);

    cr_assert(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    cr_expect(
        all(ne(int, number_in(end->value, 0), getpid()), gt(int, number_in(end->value, 0), 1)));
    cr_expect(eq(u32, starts_of("call-0"), 1));
}

Test(runs, threadpool_runs_a_function_in_another_process)
{
    expect_function_elsewhere("threadpool");
}

Test(runs, asyncio_runs_a_function_in_another_process)
{
    expect_function_elsewhere("asyncio");
}

Test(runs, processpool_runs_a_function_in_another_process)
{
    expect_function_elsewhere("processpool");
}

Test(runs, debug_runs_a_function_in_another_process)
{
    expect_function_elsewhere("debug");
}

static void
expect_command(const char *type)
{
    open_isolated(type);
    add_command("echo", "echo $EXECZ_TASK $EXECZ_EXECUTOR $EXECZ_ATTEMPT; echo error >&2");
    run_task("echo");
    const ended *end = await_ends("echo", 1);

    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    cr_expect(eq(str, end->output, (char *)"echo default 1\nerror\n"));
}

Test(runs, threadpool_runs_a_command)
{
    expect_command("threadpool");
}

Test(runs, asyncio_runs_a_command)
{
    expect_command("asyncio");
}

Test(runs, processpool_runs_a_command)
{
    expect_command("processpool");
}

Test(runs, debug_runs_a_command)
{
    expect_command("debug");
}

Test(runs, a_run_knows_the_number_that_its_events_have)
{
    open_isolated("threadpool");
    for (int i = 1; i <= 3; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "t%d", i);
        add_command(id, "echo $EXECZ_RUN");
        run_task(id);
        const ended *end = await_ends(id, 1);

        cr_expect(eq(u64, strtoull(end->output, NULL, 10), end->run));
    }
}

Test(runs, a_failure_has_its_words_and_its_status)
{
    open_isolated("threadpool");
    const ended *end = call("pool_bodies:fail", NULL);

    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(ne(ptr, strstr(end->message, "it was asked to"), NULL), "%s", end->message);
}

Test(runs, a_function_that_is_not_there_is_named)
{
    open_isolated("threadpool");
    const ended *end = call("pool_bodies:nowhere", NULL);

    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(ne(ptr, strstr(end->message, "nowhere"), NULL), "%s", end->message);
}

Test(runs, large_arguments_and_results_cross)
{
    const size_t length = 20u << 20;
    char *args = malloc(length + 1);

    open_isolated("threadpool");
    memset(args, 'x', length);
    memcpy(args, "{\"a\": \"", 7);
    memcpy(args + length - 2, "\"}", 3);
    const ended *end = call("pool_bodies:length", args);
    cr_expect(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    cr_expect(eq(int, number_in(end->value, 0), (int)length));
    end = call("pool_bodies:blob", "{\"length\": 10000000}");
    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_OK), eq(sz, end->value_length, 10000000)),
              "%s", end->message);
    free(args);
}

Test(runs, lines_that_a_function_logs_come_to_the_log)
{
    open_isolated("threadpool");
    (void)call("pool_bodies:say", "{\"what\": \"from afar\"}");
    cr_expect(ne(ptr, strstr(log_lines(), "task=call-0 from afar"), NULL), "%s", log_lines());
}

static bool
all_ended(void *n)
{
    return ends_of("many") == *(unsigned *)n;
}

/* A plugin that is busy gets what it refused again, until it has room. */
Test(runs, what_a_plugin_is_too_busy_for_is_kept_and_sent_again)
{
    unsigned n = 200;

    open_executor(EXECZ_TEST_PLUGIN_DIR "/troubles.so", "isolation", "process", "busy_above", "2",
                  NULL);
    (void)call("pool_bodies:nothing", NULL); /* it is ready: what waits for that becomes one run */
    add_function("many", "pool_bodies:nothing", NULL);
    for (unsigned i = 0; i < n; i++) {
        run_task("many");
    }
    await_that(all_ended, &n, "all have ended");
    cr_expect(eq(u32, await_ends("many", n)->outcome, EXECZ_OUTCOME_OK));
}

Test(runs, a_scheduler_that_was_stopped_can_be_started_again)
{
    open_isolated("threadpool");
    for (int i = 0; i < 3; i++) {
        cr_expect(eq(u32, call("pool_bodies:process", NULL)->outcome, EXECZ_OUTCOME_OK));
        cr_assert(eq(int, shut_down(0, -1), EXECZ_OK));
        start_pool();
    }
}

Test(runs, figures_of_the_other_side_are_told)
{
    open_executor("threadpool", "isolation", "process", "max_workers", "3", NULL);
    (void)call("pool_bodies:nothing", NULL);
    await_that(has_workers, NULL, "the executor tells its workers");
}
