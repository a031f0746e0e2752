/* SPDX-License-Identifier: MIT */
/* Bodies in worker processes: what they are told, and what they tell. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(functions, .fini = close_pool);

Test(functions, a_function_runs_in_another_process)
{
    open_pool(NULL);
    const ended *end = call("pool_bodies:process", NULL);

    cr_assert(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    cr_expect(ne(int, number_in(end->value, 0), (int)getpid()));
}

Test(functions, arguments_and_result_cross)
{
    open_pool(NULL);
    const ended *end = call("pool_bodies:echo", "{\"a\": [1, \"zwei\"]}");

    cr_expect(eq(str, end->value, (char *)"{\"a\": [1, \"zwei\"]}"));
}

Test(functions, a_failure_is_told_in_its_own_words)
{
    open_pool(NULL);
    const ended *end = call("pool_bodies:fail", NULL);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR),
                  eq(str, end->message, (char *)"it was asked to")));
}

Test(functions, a_function_knows_its_run)
{
    open_pool(NULL);
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.function = "pool_bodies:facts";
    spec.timeout = EXECZ_MINUTE;
    add_spec("mine", &spec);
    run_task("mine");
    cr_expect(eq(str, await_ends("mine", 1)->value, (char *)"[\"mine\", \"default\", 1, 1]"));
}

Test(functions, a_run_is_told_to_have_started)
{
    open_pool(NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 300}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_expect(eq(uint, ends_of("sleeper"), 0));
    const ended *end = await_ends("sleeper", 1);

    cr_expect(all(eq(uint, starts_of("sleeper"), 1),
                  ge(i64, end->finished - end->started, 300 * EXECZ_MILLISECOND)));
}

static execz_status
own_body(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

Test(functions, a_function_of_the_program_itself_says_why_it_cannot_run)
{
    static const execz_function own = {sizeof own, EXECZ_TASK_FUNCTION, "body", "", own_body};
    static const execz_function *const all[] = {&own};

    make_pool(NULL);
    cr_assert(eq(int, execz_scheduler_add_functions(scheduler(), "own", all, 1, NULL), EXECZ_OK));
    start_pool();
    const ended *end = call("own:body", NULL);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR),
                  ne(ptr, strstr(end->message, "put them into a function module"), NULL)),
              "%s", end->message);
}

Test(functions, a_line_that_is_logged_reaches_the_host)
{
    open_pool(NULL);
    (void)call("pool_bodies:say", "{\"what\": \"grüezi\"}");
    cr_expect(ne(ptr, strstr(log_lines(), "grüezi"), NULL), "%s", log_lines());
}

Test(functions, what_a_body_uses_is_measured)
{
    open_pool(NULL);
    const ended *end = call("pool_bodies:spin", "{\"ms\": 50}");

    cr_expect(all(ge(i64, end->cpu_user + end->cpu_system, 40 * EXECZ_MILLISECOND),
                  gt(u64, end->max_rss, 100000)));
}

/* Short ones are not asked about: what is guessed for them must not be missing later. */
Test(functions, what_short_bodies_use_is_their_own)
{
    open_pool("max_workers", "1", NULL);
    add_function("short", "pool_bodies:nothing", NULL);
    for (int i = 0; i < 2000; i++) {
        run_task("short");
    }
    const ended *end = await_ends("short", 2000);

    cr_expect(
        all(le(i64, end->cpu_user + end->cpu_system, EXECZ_SECOND), gt(u64, end->max_rss, 100000)));
    end = call("pool_bodies:spin", "{\"ms\": 50}");
    cr_expect(all(ge(i64, end->cpu_user + end->cpu_system, 49 * EXECZ_MILLISECOND),
                  lt(i64, end->cpu_user + end->cpu_system, 100 * EXECZ_MILLISECOND)),
              "%" PRId64, end->cpu_user + end->cpu_system);
}

/* The host only naps while a worker has much in hand. */
Test(functions, what_has_ended_before_a_long_body_is_told_while_that_runs)
{
    open_pool("max_workers", "1", NULL);
    add_function("short", "pool_bodies:nothing", NULL);
    add_function("long", "pool_bodies:deaf", "{\"ms\": 60000}");
    add_function("after", "pool_bodies:nothing", NULL);
    for (int i = 0; i < 500; i++) {
        run_task("short");
    }
    run_task("long");
    for (int i = 0; i < 100; i++) {
        run_task("after");
    }
    (void)await_ends("short", 500);
    await_starts("long", 1);
    cr_expect(all(eq(uint, ends_of("long"), 0), eq(uint, ends_of("after"), 0)));
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, 0);
}

Test(functions, a_worker_has_no_descriptor_of_the_host)
{
    FILE *own[20];

    for (int i = 0; i < 20; i++) {
        own[i] = fopen("/dev/null", "r"); /* without close-on-exec */
    }
    open_pool(NULL);
    cr_expect(le(int, number_in(call("pool_bodies:descriptors", NULL)->value, 0), 5));
    for (int i = 0; i < 20; i++) {
        (void)fclose(own[i]);
    }
}

Test(functions, no_run_waits_behind_a_long_one_while_a_worker_is_free)
{
    open_pool("max_workers", "2", NULL);
    add_function("long", "pool_bodies:deaf", "{\"ms\": 1000}");
    add_function("short", "pool_bodies:nothing", NULL);
    for (int i = 0; i < 200; i++) {
        run_task("short");
    }
    run_task("long");
    for (int i = 0; i < 200; i++) {
        run_task("short");
    }
    (void)await_ends("short", 400);
    cr_expect(eq(uint, ends_of("long"), 0));
}

/* Tasks of different priority, while the only worker is busy. */
Test(functions, the_queue_is_taken_by_priority)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    open_pool("max_workers", "1", NULL);
    add_function("first", "pool_bodies:sleep", "{\"ms\": 100}");
    spec.function = "pool_bodies:process";
    add_spec("low", &spec);
    spec.priority = 5;
    add_spec("high", &spec);
    run_task("first");
    await_starts("first", 1);
    run_task("low");
    run_task("high");
    int low = number_in(await_ends("low", 1)->value, 1);

    cr_expect(gt(int, low, number_in(await_ends("high", 1)->value, 1)));
}

/* It is tried again when its grace time is long over. */
Test(functions, a_run_that_is_tried_again_is_never_too_late)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    open_pool("max_workers", "1", NULL);
    spec.shell = "sleep 0.1; exit 3";
    spec.misfire_grace_time = 50 * EXECZ_MILLISECOND;
    spec.max_attempts = 2;
    spec.retry_delay = EXECZ_MILLISECOND;
    add_spec("stubborn", &spec);
    run_task("stubborn");
    await_starts("stubborn", 2);
    const ended *end = await_ends("stubborn", 1);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR), eq(int, end->exit_status, 3)));
}

Test(functions, commands_get_the_schedulers_surroundings_whatever_functions_do_to_theirs)
{
    static const char shell[] =
        "pwd; umask; echo $POOL_TEST_LEFT; case $EXECZ_TREE in w*/*) echo marked; esac; exit 3";
    char *plain;

    open_pool("max_workers", "1", NULL);
    add_command("shows", shell);
    run_task("shows");
    plain = strdup(await_ends("shows", 1)->output);
    cr_assert(eq(u32, call("pool_bodies:go_away", NULL)->outcome, EXECZ_OUTCOME_OK));
    run_task("shows");
    const ended *end = await_ends("shows", 2);

    cr_expect(ne(ptr, strstr(plain, "\nmarked\n"), NULL), "%s", plain);
    cr_expect(all(eq(str, end->output, plain), eq(int, end->exit_status, 3)), "%s", end->message);
    cr_expect(eq(u32, call("pool_bodies:is_away", NULL)->outcome, EXECZ_OUTCOME_OK));
    free(plain);
}
