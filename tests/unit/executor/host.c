/* SPDX-License-Identifier: MIT */
#include "executor/host.h"

#include "hosted.h"

#include <string.h>

TestSuite(host, .init = hosted_set_up, .fini = hosted_tear_down);

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
    cr_expect(eq(u64, atomic_load(&foreign->phase) & 0xffffff00, 0), "nobody is inside");
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
    execz_result result =
        result_of(run->times[0].run_time, EXECZ_OUTCOME_LOST, "the worker crashed");
    execz_time begin = around->clock.now;

    execute();
    fake_clock_advance(&around->clock, EXECZ_SECOND);
    abi->finish(abi, run->token, &result, 1);
    cr_expect(all(eq(u32, run->times[0].outcome, EXECZ_OUTCOME_LOST),
                  eq(str, run->times[0].message, (char *)"the worker crashed")));
    cr_expect(eq(i64, run->times[0].started, begin), "what the result leaves open stays");
    cr_expect(eq(i64, run->times[0].finished, begin + EXECZ_SECOND));
}

Test(host, takes_the_times_that_a_result_tells)
{
    execz_result result = result_of(run->times[0].run_time, EXECZ_OUTCOME_OK, NULL);

    result.started = 5;
    result.finished = 6;
    abi->finish(abi, run->token, &result, 1);
    cr_expect(all(eq(i64, run->times[0].started, 5), eq(i64, run->times[0].finished, 6)));
}

Test(host, reports_results_that_are_none)
{
    execz_result results[] = {
        result_of(run->times[0].run_time, 0, "no outcome"),
        result_of(run->times[0].run_time, EXECZ_OUTCOME_LOST + 1, "no outcome"),
        result_of(run->times[0].run_time + 1, EXECZ_OUTCOME_OK, "no run time")};

    cr_expect(eq(int, abi->finish(abi, run->token, results, 3), EXECZ_OK));
    cr_expect(eq(u32, run->times[0].outcome, 0));
    cr_expect(ne(ptr, fixture_next_message(around, false), NULL), "finished all the same");
    expect_misbehaved(3, "gives a result that is none of run=");
}

Test(host, reports_a_result_without_its_size)
{
    execz_result result = {.outcome = EXECZ_OUTCOME_OK, .run_time = run->times[0].run_time};

    cr_expect(eq(int, abi->finish(abi, run->token, &result, 1), EXECZ_OK));
    cr_expect(eq(u32, run->times[0].outcome, 0));
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
        results[i].result = result_of(two->times[i].run_time, EXECZ_OUTCOME_ERROR, i ? "b" : "a");
        results[i].result.size = sizeof results[i];
    }
    cr_expect(eq(int, abi->finish(abi, two->token, &results[0].result, 2), EXECZ_OK));
    cr_expect(all(eq(str, two->times[0].message, (char *)"a"),
                  eq(str, two->times[1].message, (char *)"b")));
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
    cr_expect(eq(u32, run->times[0].outcome, EXECZ_OUTCOME_CANCELLED));
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
