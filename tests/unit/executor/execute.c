/* SPDX-License-Identifier: MIT */
#include "executor/execute.h"

#include "hosted.h"

#include <sched.h>
#include <string.h>

TestSuite(execute, .init = hosted_set_up, .fini = hosted_tear_down);

/* ---- execute --------------------------------------------------------------------------------- */

static void
take_three_seconds(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)body;
    fake_clock_advance(&self->clock, 3 * EXECZ_SECOND);
    ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "no luck today");
}

Test(execute, executes_the_body_and_keeps_its_outcome)
{
    execz_result result = {.size = sizeof result};
    execz_time begin = around->clock.now;

    around->body = take_three_seconds;
    cr_expect(eq(int, abi->execute(abi, run->token, begin, NULL, &result), EXECZ_OK));
    cr_expect(all(eq(u32, result.outcome, EXECZ_OUTCOME_ERROR), eq(i64, result.run_time, begin),
                  eq(i64, result.started, begin),
                  eq(i64, result.finished, begin + 3 * EXECZ_SECOND)));
    cr_expect(eq(str, (char *)result.message, (char *)"no luck today"));
    cr_expect(eq(str, run->times[0].message, (char *)"no luck today"));
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

Test(execute, tells_the_body_about_its_run)
{
    execz_waiter waiter = {.size = sizeof waiter};

    around->body = see_body;
    abi->execute(abi, run->token, run->times[0].run_time, &waiter, NULL);
    cr_assert(ne(ptr, (void *)seen_body, NULL));
    cr_expect(all(eq(ptr, (void *)seen_body->task, (void *)&task->view->abi),
                  eq(ptr, (void *)seen_body->waiter, &waiter),
                  eq(ptr, seen_body->interrupt, &run->interrupt)));
    cr_expect(all(eq(u64, seen_body->run, run->token), eq(u32, seen_body->attempt, 1),
                  eq(i64, seen_body->run_time, run->times[0].run_time),
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
    abi->execute(abi, one->token, one->times[0].run_time, NULL, NULL);
    ez_runs_close(around->services.runs, one);
}

Test(execute, turns_a_timeout_into_deadlines_on_both_clocks)
{
    execute_with_timeout(EXECZ_MINUTE);
    cr_expect(eq(i64, seen_body->deadline, around->clock.now + EXECZ_MINUTE));
    cr_expect(eq(i64, seen_body->deadline_monotonic, around->clock.monotonic + EXECZ_MINUTE));
}

Test(execute, takes_the_longest_timeout_for_none)
{
    execute_with_timeout(INT64_MAX);
    cr_expect(eq(i64, seen_body->deadline, EXECZ_TIME_NEVER));
    cr_expect(eq(i64, seen_body->deadline_monotonic, EXECZ_NO_DEADLINE));
}

Test(execute, writes_no_more_of_a_result_than_the_plugin_has)
{
    execz_result result;

    memset(&result, '#', sizeof result);
    result.size = offsetof(execz_result, started);
    abi->execute(abi, run->token, run->times[0].run_time, NULL, &result);
    cr_expect(all(eq(u32, result.size, offsetof(execz_result, started)),
                  eq(u32, result.outcome, EXECZ_OUTCOME_OK),
                  eq(i64, result.run_time, run->times[0].run_time)));
    cr_expect(eq(i64, result.started, INT64_C(0x2323232323232323)));
}

Test(execute, says_how_much_of_a_longer_result_it_knows)
{
    execz_result result[2] = {{.size = 2 * sizeof result[0]}};

    abi->execute(abi, run->token, run->times[0].run_time, NULL, result);
    cr_expect(eq(u32, result[0].size, sizeof result[0]));
}

Test(execute, does_not_execute_a_run_time_that_the_run_does_not_have)
{
    cr_expect(eq(int, abi->execute(abi, run->token, run->times[0].run_time + 1, NULL, NULL),
                 EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
    expect_misbehaved(1, "executes a run time that is not open: run=");
}

Test(execute, does_not_execute_a_run_time_twice)
{
    cr_expect(eq(int, execute(), EXECZ_OK));
    cr_expect(eq(int, execute(), EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 1));
    expect_misbehaved(1, "executes a run time that is not open: run=");
}

Test(execute, does_not_execute_what_is_finished)
{
    abi->finish(abi, run->token, NULL, 0);
    cr_expect(eq(int, execute(), EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
}

Test(execute, does_not_execute_the_run_of_another_executor)
{
    ez_run *foreign = fixture_open(around, task, other_executor, 1);

    cr_expect(eq(int, abi->execute(abi, foreign->token, foreign->times[0].run_time, NULL, NULL),
                 EXECZ_E_STATE));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
    cr_expect(eq(u64, atomic_load(&foreign->phase) & 0xffffff00, 0), "nobody is inside");
    expect_misbehaved(1, "executes a run time that is not open: run=");
}

Test(execute, executes_each_of_several_run_times)
{
    ez_run *many = fixture_open(around, task, executor, 3);

    for (uint32_t i = 0; i < 3; i++) {
        cr_expect(
            eq(int, abi->execute(abi, many->token, many->times[i].run_time, NULL, NULL), EXECZ_OK));
    }
    cr_expect(eq(u32, many->times[2].outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 3));
}

Test(execute, executes_what_is_exactly_as_late_as_its_grace)
{
    fake_clock_advance(&around->clock, EXECZ_HOUR);
    execute();
    cr_expect(eq(u32, run->times[0].outcome, EXECZ_OUTCOME_OK));
}

Test(execute, misses_what_waited_longer_than_its_grace)
{
    fake_clock_advance(&around->clock, EXECZ_HOUR + 1);
    cr_expect(eq(int, execute(), EXECZ_OK));
    cr_expect(all(eq(u32, run->times[0].outcome, EXECZ_OUTCOME_MISSED),
                  eq(i64, run->times[0].started, 0),
                  eq(i64, run->times[0].finished, around->clock.now)));
    cr_expect(eq(str, run->times[0].message,
                 (char *)"its misfire grace time was over when a worker was free"));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
}

Test(execute, executes_what_somebody_asked_for_however_late)
{
    run->source = EXECZ_SOURCE_MANUAL;
    fake_clock_advance(&around->clock, EXECZ_DAY);
    execute();
    cr_expect(eq(u32, run->times[0].outcome, EXECZ_OUTCOME_OK));
}

Test(execute, does_not_start_what_was_cancelled_before)
{
    ez_interrupt_raise(&run->interrupt);
    cr_expect(eq(int, execute(), EXECZ_OK));
    cr_expect(all(eq(u32, run->times[0].outcome, EXECZ_OUTCOME_CANCELLED),
                  eq(i64, run->times[0].started, 0)));
    cr_expect(eq(str, run->times[0].message, (char *)"cancelled before it started"));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
}

/* ---- given up meanwhile ---------------------------------------------------------------------- */

/* As the loop may at any moment. */
static void
give_up(void)
{
    if (ez_run_finish(run)) {
        ez_runs_close(around->services.runs, run);
    }
}

/* The clock is read when the run has begun and its body has not. */
static execz_time
give_up_and_tell(const ez_clock *self)
{
    give_up();
    return ((const fake_clock *)(const void *)self)->now;
}

Test(execute, knows_its_run_though_that_is_given_up_before_the_body_is_called)
{
    execz_run token = run->token;
    g_autofree ez_started *started = NULL;

    around->wants_started = true;
    around->body = see_body;
    around->clock.clock.now = give_up_and_tell;
    cr_expect(eq(int, execute(), EXECZ_OK));
    cr_expect(eq(u64, seen_body->run, token));
    started = (ez_started *)fixture_next_message(around, false);
    cr_assert(ne(ptr, started, NULL));
    cr_expect(eq(u64, started->token, token), "or the next run in this slot is told to have begun");
}

static execz_run sent; /* what the thread below executes */
static atomic_bool begun;
static atomic_uint n_mistaken;

static execz_time
begin_and_tell(const ez_clock *self)
{
    atomic_store(&begun, true);
    return ((const fake_clock *)(const void *)self)->now;
}

static void
compare_body(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)self;
    atomic_fetch_add(&n_mistaken, body->run != sent);
    ez_outcome_set(outcome, EXECZ_OUTCOME_OK, NULL);
}

static void *
execute_sent(void *run_time)
{
    cr_expect(eq(int, abi->execute(abi, sent, *(execz_time *)run_time, NULL, NULL), EXECZ_OK));
    return NULL;
}

Test(execute, may_be_given_up_while_a_thread_begins_it)
{
    execz_time run_time = run->times[0].run_time;

    around->body = compare_body;
    around->clock.clock.now = begin_and_tell;
    for (int i = 0; i < 100; i++) {
        pthread_t thread;

        sent = run->token;
        atomic_store(&begun, false);
        cr_assert(eq(int, pthread_create(&thread, NULL, execute_sent, &run_time), 0));
        while (!atomic_load(&begun)) {
            sched_yield();
        }
        give_up();
        pthread_join(thread, NULL);
        run = fixture_open(around, task, executor, 1);
    }
    cr_expect(eq(uint, atomic_load(&n_mistaken), 0));
}

/* ---- started --------------------------------------------------------------------------------- */

Test(execute, tells_nobody_of_a_start_that_nobody_wants_to_know)
{
    execute();
    cr_expect(eq(ptr, fixture_next_message(around, false), NULL));
}

static void
expect_started(execz_time at)
{
    g_autofree ez_started *started = (ez_started *)fixture_next_message(around, false);

    cr_assert(ne(ptr, started, NULL));
    cr_expect(all(eq(u32, started->head.kind, EZ_HOST_STARTED), eq(u64, started->token, run->token),
                  eq(uint, started->index, 0), eq(i64, started->at, at)));
}

Test(execute, tells_the_loop_of_a_start_by_execute)
{
    execz_time run_time = around->clock.now;

    around->wants_started = true;
    fake_clock_advance(&around->clock, EXECZ_MINUTE);
    execute();
    expect_started(run_time + EXECZ_MINUTE);
}

Test(execute, tells_the_loop_of_a_start_that_the_plugin_reports)
{
    around->wants_started = true;
    cr_expect(eq(int, abi->started(abi, run->token, run->times[0].run_time), EXECZ_OK));
    expect_started(around->clock.now);
    cr_expect(eq(i64, run->times[0].started, around->clock.now));
}

Test(execute, knows_no_start_of_a_run_time_that_is_none)
{
    cr_expect(eq(int, abi->started(abi, run->token, 17), EXECZ_E_STATE));
    cr_expect(eq(u64, atomic_load(&run->phase) & 0xffffff00, 0), "nobody is inside");
    expect_misbehaved(1, "reports the start of run=");
}
