/* SPDX-License-Identifier: MIT */
#include "executor/host.h"

#include "fixture.h"

#include <string.h>

static fixture *around;
static ez_executor *executor, *other_executor;
static ez_host host;
static const execz_host *abi; /* as a plugin sees it */
static ez_options *options;
static ez_task *task;
static ez_run *run;

static void
set_up(void)
{
    static const execz_option schema[] = {
        EXECZ_OPTION(INT, 0, "max_workers", "10", "1..1000", ""),
        EXECZ_OPTION(DURATION, 0, "grace", "", "1s..1h", ""),
        EXECZ_OPTION(STRING, 0, "prefix", "cpu", "", ""),
    };
    execz_error reason = EXECZ_ERROR_INIT;
    ez_options_source nothing = {.owner = "executor 'cpu'"};
    g_autoptr(ez_report) report = ez_report_new();

    around = fixture_new();
    executor = ez_executor_new_unavailable(&around->services, "cpu", &reason);
    other_executor = ez_executor_new_unavailable(&around->services, "other", &reason);
    options = ez_options_check(schema, G_N_ELEMENTS(schema), &nothing, report);
    ez_host_init(&host, &around->services, executor, "cpu", options);
    abi = &host.abi;
    task = fixture_task("backup");
    run = fixture_open(around, task, executor, 1);
}

static void
tear_down(void)
{
    cr_expect(ez_threads_join(&host.threads, INT64_MAX / 2));
    ez_host_deinit(&host);
    ez_options_free(options);
    ez_executor_free(executor);
    ez_executor_free(other_executor);
    fixture_free(around);
    ez_task_unref(task);
}

TestSuite(host, .init = set_up, .fini = tear_down);

static execz_status
execute(void)
{
    return abi->execute(abi, run->token, run->times[0].time, NULL, NULL);
}

static void
expect_misbehaved(unsigned n, const char *what)
{
    cr_expect(eq(uint, atomic_load(&host.misbehaved), n));
    cr_expect(eq(uint, fixture_count_log(around, "plugin misbehaving: executor=cpu"), n));
    cr_expect(eq(uint, fixture_count_log(around, what), n), "%s", around->log->str);
}

/* ---- small services -------------------------------------------------------------------------- */

Test(host, says_who_it_is)
{
    cr_expect(all(eq(u32, abi->size, sizeof *abi), eq(u32, abi->abi, EXECZ_ABI)));
    cr_expect(all(eq(str, (char *)abi->name, (char *)"execz"),
                  eq(str, (char *)abi->version, (char *)EXECZ_VERSION)));
}

Test(host, has_a_function_in_every_place)
{
    const char *from = (const char *)&abi->log, *end = (const char *)(abi + 1);

    for (; from < end; from += sizeof(void *)) {
        void *function;

        memcpy(&function, from, sizeof function);
        cr_expect(ne(ptr, function, NULL), "at offset %td", from - (const char *)abi);
    }
}

Test(host, logs_under_the_alias_of_the_executor)
{
    abi->log(abi, EXECZ_LOG_WARNING, "the disk is full");
    cr_expect(eq(str, around->log->str, (char *)"warning: executor=cpu the disk is full\n"));
}

Test(host, takes_a_log_level_that_is_none_for_an_error)
{
    abi->log(abi, 77, "odd");
    cr_expect(eq(str, around->log->str, (char *)"error: executor=cpu odd\n"));
}

Test(host, tells_both_clocks)
{
    cr_expect(eq(i64, abi->now(abi, EXECZ_CLOCK_REAL), around->clock.now));
    cr_expect(eq(i64, abi->now(abi, EXECZ_CLOCK_MONOTONIC), around->clock.monotonic));
}

Test(host, tells_the_texts_of_options)
{
    cr_expect(eq(str, (char *)abi->option(abi, "prefix"), (char *)"cpu"));
    cr_expect(eq(str, (char *)abi->option(abi, "max_workers"), (char *)"10"));
    cr_expect(eq(ptr, (void *)abi->option(abi, "grace"), NULL));
    cr_expect(eq(ptr, (void *)abi->option(abi, "undeclared"), NULL));
}

Test(host, tells_the_values_of_options)
{
    int64_t value = -1;

    cr_expect(eq(int, abi->option_i64(abi, "max_workers", &value), EXECZ_OK));
    cr_expect(eq(i64, value, 10));
}

Test(host, leaves_the_value_alone_if_there_is_none)
{
    int64_t value = -1;

    cr_expect(eq(int, abi->option_i64(abi, "grace", &value), EXECZ_E_NOT_FOUND));
    cr_expect(eq(int, abi->option_i64(abi, "undeclared", &value), EXECZ_E_NOT_FOUND));
    cr_expect(eq(int, abi->option_i64(abi, "prefix", &value), EXECZ_E_INVAL));
    cr_expect(eq(i64, value, -1));
}

Test(host, allocates_grows_and_frees)
{
    char *text = abi->realloc(abi, NULL, 4);

    memcpy(text, "abc", 4);
    text = abi->realloc(abi, text, 100000);
    cr_expect(eq(str, text, (char *)"abc"));
    cr_expect(eq(ptr, abi->realloc(abi, text, 0), NULL));
    cr_expect(eq(ptr, abi->realloc(abi, NULL, 0), NULL));
}

static void
note_call(void *argument)
{
    ++*(unsigned *)argument;
}

Test(host, posts_to_the_loop)
{
    unsigned called = 0;
    g_autofree ez_posted *posted = NULL;

    cr_expect(eq(int, abi->post(abi, note_call, &called), EXECZ_OK));
    posted = (ez_posted *)fixture_next_message(around, false);
    cr_assert(ne(ptr, posted, NULL));
    cr_expect(all(eq(u32, posted->head.kind, EZ_HOST_POSTED), eq(uint, called, 0)));
    posted->function(posted->argument);
    cr_expect(eq(uint, called, 1));
}

Test(host, starts_threads_that_it_counts)
{
    unsigned called = 0;

    cr_expect(eq(int, abi->thread(abi, "cpu", note_call, &called), EXECZ_OK));
    cr_expect(ez_threads_join(&host.threads, INT64_MAX / 2));
    cr_expect(eq(uint, called, 1));
}

Test(host, has_no_further_tables)
{
    cr_expect(eq(ptr, (void *)abi->extension(abi, "execz.loop/1"), NULL));
}

/* ---- execute --------------------------------------------------------------------------------- */

static void
take_three_seconds(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)body;
    fake_clock_advance(&self->clock, 3 * EXECZ_SECOND);
    ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "no luck today");
}

Test(host, executes_the_body_and_keeps_its_outcome)
{
    execz_result result = {.size = sizeof result};
    execz_time begin = around->clock.now;

    around->body = take_three_seconds;
    cr_expect(eq(int, abi->execute(abi, run->token, begin, NULL, &result), EXECZ_OK));
    cr_expect(all(eq(u32, result.outcome, EXECZ_OUTCOME_ERROR), eq(i64, result.run_time, begin),
                  eq(i64, result.started, begin),
                  eq(i64, result.finished, begin + 3 * EXECZ_SECOND)));
    cr_expect(eq(str, (char *)result.message, (char *)"no luck today"));
    cr_expect(eq(str, run->times[0].outcome.message, (char *)"no luck today"));
}

static const ez_body *seen_body;

static void
see_body(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    static ez_body copy;

    (void)self;
    copy = *body;
    seen_body = &copy;
    body->log(body->log_user, EXECZ_LOG_INFO, "hello");
    ez_outcome_set(outcome, EXECZ_OUTCOME_OK, NULL);
}

Test(host, tells_the_body_about_its_run)
{
    execz_waiter waiter = {.size = sizeof waiter};

    around->body = see_body;
    abi->execute(abi, run->token, run->times[0].time, &waiter, NULL);
    cr_assert(ne(ptr, (void *)seen_body, NULL));
    cr_expect(all(eq(ptr, (void *)seen_body->task, (void *)&task->abi),
                  eq(ptr, (void *)seen_body->waiter, &waiter),
                  eq(ptr, seen_body->interrupt, &run->interrupt)));
    cr_expect(all(eq(u64, seen_body->run, run->token), eq(u32, seen_body->attempt, 1),
                  eq(i64, seen_body->run_time, run->times[0].time),
                  eq(str, (char *)seen_body->executor, (char *)"cpu")));
    cr_expect(all(eq(i64, seen_body->deadline, EXECZ_TIME_NEVER),
                  eq(i64, seen_body->deadline_monotonic, EXECZ_NO_DEADLINE)));
    cr_expect(eq(str, around->log->str, (char *)"info: task=backup hello\n"));
}

/* What the body of a task with this timeout sees. */
static void
execute_with_timeout(execz_duration timeout)
{
    execz_task_spec spec = fixture_spec("timed");
    g_autoptr(ez_task) timed = NULL;
    ez_run *one;

    spec.timeout = timeout;
    timed = fixture_task_of(&spec);
    one = fixture_open(around, timed, executor, 1);
    around->body = see_body;
    abi->execute(abi, one->token, one->times[0].time, NULL, NULL);
    ez_runs_close(around->services.runs, one);
}

Test(host, turns_a_timeout_into_deadlines_on_both_clocks)
{
    execute_with_timeout(EXECZ_MINUTE);
    cr_expect(eq(i64, seen_body->deadline, around->clock.now + EXECZ_MINUTE));
    cr_expect(eq(i64, seen_body->deadline_monotonic, around->clock.monotonic + EXECZ_MINUTE));
}

Test(host, takes_the_longest_timeout_for_none)
{
    execute_with_timeout(INT64_MAX);
    cr_expect(eq(i64, seen_body->deadline, EXECZ_TIME_NEVER));
    cr_expect(eq(i64, seen_body->deadline_monotonic, EXECZ_NO_DEADLINE));
}

Test(host, writes_no_more_of_a_result_than_the_plugin_has)
{
    execz_result result;

    memset(&result, '#', sizeof result);
    result.size = offsetof(execz_result, started);
    abi->execute(abi, run->token, run->times[0].time, NULL, &result);
    cr_expect(all(eq(u32, result.size, offsetof(execz_result, started)),
                  eq(u32, result.outcome, EXECZ_OUTCOME_OK),
                  eq(i64, result.run_time, run->times[0].time)));
    cr_expect(eq(i64, result.started, INT64_C(0x2323232323232323)));
}

Test(host, says_how_much_of_a_longer_result_it_knows)
{
    execz_result result[2] = {{.size = 2 * sizeof result[0]}};

    abi->execute(abi, run->token, run->times[0].time, NULL, result);
    cr_expect(eq(u32, result[0].size, sizeof result[0]));
}

Test(host, does_not_execute_a_run_time_that_the_run_does_not_have)
{
    cr_expect(
        eq(int, abi->execute(abi, run->token, run->times[0].time + 1, NULL, NULL), EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
    expect_misbehaved(1, "executes a run time that is not open: run=");
}

Test(host, does_not_execute_a_run_time_twice)
{
    cr_expect(eq(int, execute(), EXECZ_OK));
    cr_expect(eq(int, execute(), EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 1));
    expect_misbehaved(1, "executes a run time that is not open: run=");
}

Test(host, does_not_execute_what_is_finished)
{
    abi->finish(abi, run->token, NULL, 0);
    cr_expect(eq(int, execute(), EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
}

Test(host, does_not_execute_the_run_of_another_executor)
{
    ez_run *foreign = fixture_open(around, task, other_executor, 1);

    cr_expect(eq(int, abi->execute(abi, foreign->token, foreign->times[0].time, NULL, NULL),
                 EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
    cr_expect(eq(uint, atomic_load(&foreign->users), 0));
    expect_misbehaved(1, "executes a run time that is not open: run=");
}

Test(host, executes_each_of_several_run_times)
{
    ez_run *many = fixture_open(around, task, executor, 3);

    for (uint32_t i = 0; i < 3; i++) {
        cr_expect(
            eq(int, abi->execute(abi, many->token, many->times[i].time, NULL, NULL), EXECZ_OK));
    }
    cr_expect(eq(u32, many->times[2].outcome.outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 3));
}

Test(host, executes_what_is_exactly_as_late_as_its_grace)
{
    fake_clock_advance(&around->clock, EXECZ_HOUR);
    execute();
    cr_expect(eq(u32, run->times[0].outcome.outcome, EXECZ_OUTCOME_OK));
}

Test(host, misses_what_waited_longer_than_its_grace)
{
    fake_clock_advance(&around->clock, EXECZ_HOUR + 1);
    cr_expect(eq(int, execute(), EXECZ_OK));
    cr_expect(all(eq(u32, run->times[0].outcome.outcome, EXECZ_OUTCOME_MISSED),
                  eq(i64, run->times[0].outcome.started, 0),
                  eq(i64, run->times[0].outcome.finished, around->clock.now)));
    cr_expect(eq(str, run->times[0].outcome.message,
                 (char *)"its misfire grace time was over when a worker was free"));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
}

Test(host, executes_what_somebody_asked_for_however_late)
{
    run->source = EXECZ_SOURCE_MANUAL;
    fake_clock_advance(&around->clock, EXECZ_DAY);
    execute();
    cr_expect(eq(u32, run->times[0].outcome.outcome, EXECZ_OUTCOME_OK));
}

Test(host, does_not_start_what_was_cancelled_before)
{
    ez_interrupt_raise(&run->interrupt);
    cr_expect(eq(int, execute(), EXECZ_OK));
    cr_expect(all(eq(u32, run->times[0].outcome.outcome, EXECZ_OUTCOME_CANCELLED),
                  eq(i64, run->times[0].outcome.started, 0)));
    cr_expect(eq(str, run->times[0].outcome.message, (char *)"cancelled before it started"));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
}

/* ---- started --------------------------------------------------------------------------------- */

Test(host, tells_nobody_of_a_start_that_nobody_wants_to_know)
{
    execute();
    cr_expect(eq(ptr, fixture_next_message(around, false), NULL));
}

static void
expect_started(execz_time run_time, execz_time at)
{
    g_autofree ez_started *started = (ez_started *)fixture_next_message(around, false);

    cr_assert(ne(ptr, started, NULL));
    cr_expect(all(eq(u32, started->head.kind, EZ_HOST_STARTED), eq(u64, started->token, run->token),
                  eq(i64, started->run_time, run_time), eq(i64, started->at, at)));
}

Test(host, tells_the_loop_of_a_start_by_execute)
{
    execz_time run_time = around->clock.now;

    around->wants_started = true;
    fake_clock_advance(&around->clock, EXECZ_MINUTE);
    execute();
    expect_started(run_time, run_time + EXECZ_MINUTE);
}

Test(host, tells_the_loop_of_a_start_that_the_plugin_reports)
{
    around->wants_started = true;
    cr_expect(eq(int, abi->started(abi, run->token, run->times[0].time), EXECZ_OK));
    expect_started(run->times[0].time, around->clock.now);
    cr_expect(eq(i64, run->times[0].outcome.started, around->clock.now));
}

Test(host, knows_no_start_of_a_run_time_that_is_none)
{
    cr_expect(eq(int, abi->started(abi, run->token, 17), EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&run->users), 0));
    expect_misbehaved(1, "reports the start of run=");
}

/* ---- output ---------------------------------------------------------------------------------- */

static ez_run *
open_with_output_limit(uint64_t limit)
{
    execz_task_spec spec = fixture_spec("loud");
    g_autoptr(ez_task) loud = NULL;

    spec.output_limit = limit;
    loud = fixture_task_of(&spec);
    return fixture_open(around, loud, executor, 2);
}

Test(host, keeps_the_output_of_both_streams_in_order)
{
    ez_run *loud = open_with_output_limit(100);
    const ez_outcome *outcome = &loud->times[0].outcome;

    cr_expect(eq(int, abi->output(abi, loud->token, 1, "one ", 4), EXECZ_OK));
    cr_expect(eq(int, abi->output(abi, loud->token, 2, "two", 3), EXECZ_OK));
    cr_expect(all(eq(str, outcome->output, (char *)"one two"), eq(sz, outcome->output_length, 7),
                  eq(u64, outcome->output_dropped, 0)));
}

Test(host, keeps_output_up_to_the_limit_and_counts_the_rest)
{
    ez_run *loud = open_with_output_limit(5);
    const ez_outcome *outcome = &loud->times[0].outcome;

    abi->output(abi, loud->token, 1, "12345", 5);
    cr_expect(eq(u64, outcome->output_dropped, 0));
    abi->output(abi, loud->token, 1, "678", 3);
    abi->output(abi, loud->token, 1, "9", 1);
    cr_expect(all(eq(str, outcome->output, (char *)"12345"), eq(u64, outcome->output_dropped, 4)));
}

Test(host, keeps_output_with_the_run_time_that_began_last)
{
    ez_run *loud = open_with_output_limit(100);

    abi->started(abi, loud->token, loud->times[1].time);
    abi->output(abi, loud->token, 1, "second", 6);
    cr_expect(eq(ptr, loud->times[0].outcome.output, NULL));
    cr_expect(eq(str, loud->times[1].outcome.output, (char *)"second"));
}

Test(host, takes_output_of_nothing)
{
    cr_expect(eq(int, abi->output(abi, run->token, 1, NULL, 0), EXECZ_OK));
}

Test(host, knows_two_streams)
{
    cr_expect(eq(int, abi->output(abi, run->token, 0, "x", 1), EXECZ_E_INVAL));
    cr_expect(eq(int, abi->output(abi, run->token, 3, "x", 1), EXECZ_E_INVAL));
    cr_expect(eq(ptr, run->times[0].outcome.output, NULL));
}

Test(host, takes_no_output_of_a_finished_run)
{
    abi->finish(abi, run->token, NULL, 0);
    cr_expect(eq(int, abi->output(abi, run->token, 1, "x", 1), EXECZ_E_STATE));
    expect_misbehaved(1, "sends output of run=");
}

/* ---- finish ---------------------------------------------------------------------------------- */

Test(host, tells_the_loop_of_a_finish_once)
{
    cr_expect(eq(int, abi->finish(abi, run->token, NULL, 0), EXECZ_OK));
    cr_expect(eq(ptr, fixture_next_message(around, false), &run->head));
    cr_expect(eq(u32, run->head.kind, EZ_HOST_FINISHED));
    cr_expect(eq(ptr, fixture_next_message(around, false), NULL));
}

Test(host, refuses_a_second_finish)
{
    abi->finish(abi, run->token, NULL, 0);
    cr_expect(eq(int, abi->finish(abi, run->token, NULL, 0), EXECZ_E_STATE));
    cr_expect(ne(ptr, fixture_next_message(around, false), NULL));
    cr_expect(eq(ptr, fixture_next_message(around, false), NULL));
    expect_misbehaved(1, "finishes run=");
}

Test(host, refuses_the_finish_of_a_run_that_is_closed)
{
    execz_run token = run->token;

    ez_runs_close(around->services.runs, run);
    cr_expect(eq(int, abi->finish(abi, token, NULL, 0), EXECZ_E_STATE));
    expect_misbehaved(1, "finishes run=");
}

Test(host, refuses_forged_tokens)
{
    const execz_run forged[] = {0, 1, UINT64_MAX, run->token + 1};

    for (size_t i = 0; i < G_N_ELEMENTS(forged); i++) {
        cr_expect(eq(int, abi->finish(abi, forged[i], NULL, 0), EXECZ_E_STATE));
    }
    cr_expect(ez_run_is_open(run));
    expect_misbehaved(G_N_ELEMENTS(forged), "finishes run=");
}

Test(host, refuses_the_finish_of_another_executors_run)
{
    ez_run *foreign = fixture_open(around, task, other_executor, 1);

    cr_expect(eq(int, abi->finish(abi, foreign->token, NULL, 0), EXECZ_E_STATE));
    cr_expect(ez_run_is_open(foreign));
    cr_expect(eq(uint, atomic_load(&foreign->users), 0));
    expect_misbehaved(1, "finishes run=");
}

static execz_result
result_of(execz_time run_time, uint32_t outcome, const char *message)
{
    return (execz_result){
        .size = sizeof(execz_result), .outcome = outcome, .run_time = run_time, .message = message};
}

Test(host, believes_what_the_executor_says_more_than_what_it_saw)
{
    execz_result result = result_of(run->times[0].time, EXECZ_OUTCOME_LOST, "the worker crashed");
    execz_time begin = around->clock.now;

    execute();
    fake_clock_advance(&around->clock, EXECZ_SECOND);
    abi->finish(abi, run->token, &result, 1);
    cr_expect(all(eq(u32, run->times[0].outcome.outcome, EXECZ_OUTCOME_LOST),
                  eq(str, run->times[0].outcome.message, (char *)"the worker crashed")));
    cr_expect(eq(i64, run->times[0].outcome.started, begin), "what the result leaves open stays");
    cr_expect(eq(i64, run->times[0].outcome.finished, begin + EXECZ_SECOND));
}

Test(host, takes_the_times_that_a_result_tells)
{
    execz_result result = result_of(run->times[0].time, EXECZ_OUTCOME_OK, NULL);

    result.started = 5;
    result.finished = 6;
    abi->finish(abi, run->token, &result, 1);
    cr_expect(
        all(eq(i64, run->times[0].outcome.started, 5), eq(i64, run->times[0].outcome.finished, 6)));
}

Test(host, reports_results_that_are_none)
{
    execz_result results[] = {result_of(run->times[0].time, 0, "no outcome"),
                              result_of(run->times[0].time, EXECZ_OUTCOME_LOST + 1, "no outcome"),
                              result_of(run->times[0].time + 1, EXECZ_OUTCOME_OK, "no run time")};

    cr_expect(eq(int, abi->finish(abi, run->token, results, 3), EXECZ_OK));
    cr_expect(eq(u32, run->times[0].outcome.outcome, 0));
    cr_expect(ne(ptr, fixture_next_message(around, false), NULL), "finished all the same");
    expect_misbehaved(3, "gives a result that is none of run=");
}

Test(host, reports_a_result_without_its_size)
{
    execz_result result = {.outcome = EXECZ_OUTCOME_OK, .run_time = run->times[0].time};

    cr_expect(eq(int, abi->finish(abi, run->token, &result, 1), EXECZ_OK));
    cr_expect(eq(u32, run->times[0].outcome.outcome, 0));
    cr_expect(ne(ptr, fixture_next_message(around, false), NULL), "finished all the same");
    expect_misbehaved(1, "gives a result without its size: run=");
}

Test(host, reads_results_of_a_newer_plugin_that_are_longer)
{
    struct {
        execz_result result;
        uint64_t from_the_future;
    } results[2];
    ez_run *two = fixture_open(around, task, executor, 2);

    memset(results, '#', sizeof results);
    for (int i = 0; i < 2; i++) {
        results[i].result = result_of(two->times[i].time, EXECZ_OUTCOME_ERROR, i ? "b" : "a");
        results[i].result.size = sizeof results[i];
    }
    cr_expect(eq(int, abi->finish(abi, two->token, &results[0].result, 2), EXECZ_OK));
    cr_expect(all(eq(str, two->times[0].outcome.message, (char *)"a"),
                  eq(str, two->times[1].outcome.message, (char *)"b")));
    expect_misbehaved(0, "misbehaving");
}

/* ---- interrupt ------------------------------------------------------------------------------- */

static void
wait_for_interrupt(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)self;
    cr_expect(eq(int, abi->interrupt(abi, body->run), EXECZ_OK)); /* as another thread would */
    cr_expect(ez_interrupt_wait_until(body->interrupt, EXECZ_NO_DEADLINE));
    ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, "it was asked to");
}

Test(host, interrupts_the_body_that_runs)
{
    around->body = wait_for_interrupt;
    execute();
    cr_expect(eq(u32, run->times[0].outcome.outcome, EXECZ_OUTCOME_CANCELLED));
}

Test(host, takes_an_interrupt_that_came_too_late_for_no_fault)
{
    abi->finish(abi, run->token, NULL, 0);
    cr_expect(eq(int, abi->interrupt(abi, run->token), EXECZ_E_STATE));
    expect_misbehaved(0, "misbehaving");
}

/* ---- describe -------------------------------------------------------------------------------- */

Test(host, describes_a_run)
{
    execz_run_info info = {.size = sizeof info};

    run->attempt = 3;
    cr_expect(eq(int, abi->describe(abi, run->token, &info), EXECZ_OK));
    cr_expect(all(eq(u32, info.size, sizeof info), eq(u32, info.attempt, 3),
                  eq(u64, info.run, run->token), eq(i64, info.submitted, around->clock.now)));
}

Test(host, describes_no_more_than_the_plugin_asks_for)
{
    execz_run_info info = {.size = offsetof(execz_run_info, run), .run = 77, .submitted = 88};

    cr_expect(eq(int, abi->describe(abi, run->token, &info), EXECZ_OK));
    cr_expect(all(eq(u32, info.size, offsetof(execz_run_info, run)), eq(u32, info.attempt, 1),
                  eq(u64, info.run, 77), eq(i64, info.submitted, 88)));
}

Test(host, says_how_much_it_knows_to_a_plugin_that_asks_for_more)
{
    execz_run_info info[2] = {{.size = sizeof info}, {.size = 77}};

    cr_expect(eq(int, abi->describe(abi, run->token, info), EXECZ_OK));
    cr_expect(all(eq(u32, info[0].size, sizeof info[0]), eq(u32, info[1].size, 77)));
}

Test(host, does_not_describe_what_is_finished)
{
    execz_run_info info = {.size = sizeof info, .run = 77};

    abi->finish(abi, run->token, NULL, 0);
    cr_expect(eq(int, abi->describe(abi, run->token, &info), EXECZ_E_STATE));
    cr_expect(eq(u64, info.run, 77));
}

/* ---- races ----------------------------------------------------------------------------------- */

enum { RUNS = 200, FINISHERS = 4 };

typedef struct race {
    execz_run tokens[RUNS];
    atomic_uint accepted;
} race;

static void *
finish_all(void *argument)
{
    race *self = argument;

    for (int i = 0; i < RUNS; i++) {
        if (abi->finish(abi, self->tokens[i], NULL, 0) == EXECZ_OK) {
            atomic_fetch_add(&self->accepted, 1);
        }
    }
    return NULL;
}

Test(host, takes_one_finish_of_each_run_however_many_threads_try)
{
    race self = {.accepted = 0};
    pthread_t threads[FINISHERS];

    for (int i = 0; i < RUNS; i++) {
        self.tokens[i] = fixture_open(around, task, executor, 1)->token;
    }
    for (int i = 0; i < FINISHERS; i++) {
        pthread_create(&threads[i], NULL, finish_all, &self);
    }
    for (int i = 0; i < FINISHERS; i++) {
        pthread_join(threads[i], NULL);
    }
    cr_expect(eq(uint, atomic_load(&self.accepted), RUNS));
    cr_expect(eq(uint, atomic_load(&host.misbehaved), (FINISHERS - 1) * RUNS));
    for (int i = 0; i < RUNS; i++) {
        cr_assert(ne(ptr, fixture_next_message(around, false), NULL));
    }
    cr_expect(eq(ptr, fixture_next_message(around, false), NULL));
}
