/* SPDX-License-Identifier: MIT */
/* What events about runs say: all of it, and nothing else. */
#include "scheduler/result.h"
#include "witness.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(payload_runs, task_submitted_started_and_executed_tell_of_one_run_and_what_it_covers)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:ok", 0, 0);
    fixture_advance(host, 3 * EXECZ_MINUTE);
    witness_expect(EXECZ_EVENT_TASK_SUBMITTED,
                   "task_submitted at=180s of='execz' task='a' executor='default' run attempt=1 "
                   "source='schedule' run_time=180s coalesced=2 submitted=180s");
    witness_expect(EXECZ_EVENT_TASK_STARTED,
                   "task_started at=180s of='execz' task='a' executor='default' run attempt=1 "
                   "source='schedule' run_time=180s coalesced=2 submitted=180s");
    witness_expect(EXECZ_EVENT_TASK_EXECUTED,
                   "task_executed at=180s of='execz' task='a' executor='default' run attempt=1 "
                   "source='schedule' run_time=180s coalesced=2 submitted=180s {ok run_time=180s "
                   "started=180s finished=180s value='\"a@2027-01-01T00:03:00Z\"'}");
    cr_expect(eq(u64, witness_event(EXECZ_EVENT_TASK_SUBMITTED)->run,
                 witness_event(EXECZ_EVENT_TASK_EXECUTED)->run));
    cr_expect(eq(u64, witness_event(EXECZ_EVENT_TASK_STARTED)->run,
                 witness_event(EXECZ_EVENT_TASK_EXECUTED)->run));
    witness_free(host);
}

Test(payload_runs, a_run_of_several_run_times_has_one_submission_and_an_end_for_each)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:ok", 0, EXECZ_COALESCE_NONE);
    fixture_advance(host, 2 * EXECZ_MINUTE);
    witness_expect(EXECZ_EVENT_TASK_SUBMITTED,
                   "task_submitted at=120s of='execz' task='a' executor='default' run attempt=1 "
                   "source='schedule' run_time=60s run_time=120s submitted=120s");
    witness_expect(EXECZ_EVENT_TASK_EXECUTED,
                   "task_executed at=120s of='execz' task='a' executor='default' run attempt=1 "
                   "source='schedule' run_time=120s submitted=120s {ok run_time=120s started=120s "
                   "finished=120s value='\"a@2027-01-01T00:02:00Z\"'}");
    witness_free(host);
}

Test(payload_runs, task_error_has_what_the_function_said)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:fail", 0, 0);
    fixture_advance(host, EXECZ_MINUTE);
    witness_expect(EXECZ_EVENT_TASK_ERROR,
                   "task_error at=60s of='execz' task='a' executor='default' run attempt=1 "
                   "source='schedule' run_time=60s submitted=60s message='no luck today' {error "
                   "run_time=60s started=60s finished=60s message='no luck today'}");
    witness_free(host);
}

Test(payload_runs, task_missed_has_a_result_though_no_executor_ever_got_it)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:ok", 0, EXECZ_COALESCE_NONE);
    fixture_advance(host, 15 * EXECZ_MINUTE);
    witness_expect(
        EXECZ_EVENT_TASK_MISSED,
        "task_missed at=900s of='execz' task='a' executor='default' attempt=1 "
        "source='schedule' run_time=240s coalesced=3 "
        "message='its misfire grace time was over, or too many runs were due at once' {missed "
        "run_time=240s finished=900s "
        "message='its misfire grace time was over, or too many runs were due at once'}");
    witness_free(host);
}

Test(payload_runs, task_max_instances_has_all_run_times_that_were_refused)
{
    fixture *host = witness_new("threadpool");

    witness_add(host, "a", "tests:wait", 0, EXECZ_COALESCE_NONE);
    fixture_advance(host, EXECZ_MINUTE);
    fixture_advance(host, 2 * EXECZ_MINUTE);
    witness_expect(EXECZ_EVENT_TASK_MAX_INSTANCES,
                   "task_max_instances at=180s of='execz' task='a' executor='default' attempt=1 "
                   "source='schedule' run_time=120s run_time=180s "
                   "message='it has reached its maximum of running instances'");
    witness_free(host);
}

Test(payload_runs, task_timeout_says_when_it_began_and_when_it_was_stopped)
{
    fixture *host = witness_new("threadpool");
    const execz_event *event;

    witness_add(host, "a", "tests:wait", EXECZ_MILLISECOND, 0);
    fixture_advance(host, EXECZ_MINUTE);
    fixture_wait_for(host, "timeout:a");
    event = witness_event(EXECZ_EVENT_TASK_TIMEOUT);
    cr_expect(eq(u32, event->result->outcome, EXECZ_OUTCOME_TIMEOUT));
    cr_expect(all(gt(i64, event->result->started, 0), ne(u64, event->run, 0)));
    cr_expect(event->message != NULL && event->result->message != NULL);
    witness_free(host);
}

static void
interrupt_it(void *task_id, ez_run *run)
{
    if (strcmp(ez_run_task(run)->id, task_id) == 0) {
        ez_executor_cancel(run->executor, run);
    }
}

Test(payload_runs, a_run_that_waits_in_its_executor_tells_that_apart_from_being_late)
{
    fixture *host = witness_new("threadpool");

    witness_add(host, "long", "tests:wait", 0, 0);
    witness_add(host, "next", "tests:ok", 0, 0);
    cr_assert(execz_scheduler_run_task(host->scheduler, "long", NULL) == EXECZ_OK);
    fixture_wait_for(host, "started:long");
    cr_assert(execz_scheduler_run_task(host->scheduler, "next", NULL) == EXECZ_OK);
    fixture_wait_for(host, "submitted:next");
    fake_clock_advance(&host->clock, 5 * EXECZ_SECOND);
    ez_runs_foreach(host->scheduler->runs, interrupt_it, (void *)"long");
    fixture_wait_for(host, "executed:next");
    witness_expect(
        EXECZ_EVENT_TASK_EXECUTED,
        "task_executed at=5s of='execz' task='next' executor='default' run attempt=1 "
        "source='manual' run_time=1e-09s submitted=0s {ok run_time=1e-09s started=5s finished=5s "
        "value='\"next@2027-01-01T00:00:00.000000001Z\"'}");
    cr_expect(eq(str, (char *)witness_event(EXECZ_EVENT_TASK_CANCELLED)->task, (char *)"long"));
    cr_expect(
        eq(i64, witness_event(EXECZ_EVENT_TASK_CANCELLED)->result->started, fake_clock_new().now));
    witness_free(host);
}

Test(payload_runs, task_cancelled_tells_of_what_was_still_waiting_at_shutdown)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:nowhere", 0, 0);
    fixture_advance(host, EXECZ_MINUTE);
    cr_assert(execz_scheduler_shutdown(host->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(host);
    witness_expect(
        EXECZ_EVENT_TASK_CANCELLED,
        "task_cancelled at=60s of='execz' task='a' executor='default' attempt=1 "
        "source='schedule' run_time=60s message='the scheduler is shutting down' {cancelled "
        "run_time=60s finished=60s message='the scheduler is shutting down'}");
    witness_free(host);
}

Test(payload_runs, task_lost_tells_of_the_run_that_nobody_ended)
{
    fixture *host = witness_new("threadpool");

    witness_add(host, "a", "tests:deaf", 0, 0);
    fixture_advance(host, EXECZ_MINUTE);
    fixture_wait_for(host, "started:a");
    ez_result_give_up(host->scheduler, "by a test");
    witness_expect(
        EXECZ_EVENT_TASK_LOST,
        "task_lost at=60s of='execz' task='a' executor='default' run attempt=1 "
        "source='schedule' run_time=60s submitted=60s message='by a test' {lost run_time=60s "
        "finished=60s message='by a test'}");
    fixture_let_deaf_go();
    witness_free(host);
}

Test(payload_runs, task_retry_says_how_this_attempt_went_and_when_the_next_one_is_due)
{
    fixture *host = witness_new("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:fail";
    spec.max_attempts = 2;
    spec.retry_delay = 5 * EXECZ_SECOND;
    fixture_add_spec(host, &spec);
    fixture_advance(host, 2 * EXECZ_MINUTE);
    witness_expect(EXECZ_EVENT_TASK_RETRY,
                   "task_retry at=120s of='execz' task='a' executor='default' run attempt=1 "
                   "source='schedule' run_time=120s coalesced=1 submitted=120s next_attempt=125s "
                   "message='no luck today' {error run_time=120s started=120s finished=120s "
                   "message='no luck today'}");
    fixture_advance(host, 5 * EXECZ_SECOND);
    witness_expect(EXECZ_EVENT_TASK_ERROR,
                   "task_error at=125s of='execz' task='a' executor='default' run attempt=2 "
                   "source='retry' run_time=120s coalesced=1 submitted=125s message='no luck "
                   "today' {error run_time=120s started=125s finished=125s message='no luck "
                   "today'}");
    witness_free(host);
}
