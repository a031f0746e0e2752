/* SPDX-License-Identifier: MIT */
/* What each event says: all that it says, and nothing else. */
#include "event/copy.h"
#include "fixture.h"
#include "scheduler/result.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* ---- events as text: every field that is not 0 or NULL ---------------------------------------- */

static void
add_text(GString *line, const char *name, const char *text)
{
    if (text != NULL) {
        g_string_append_printf(line, " %s='%s'", name, text);
    }
}

static void
add_number(GString *line, const char *name, uint64_t number)
{
    if (number != 0) {
        g_string_append_printf(line, " %s=%" G_GUINT64_FORMAT, name, number);
    }
}

/* In seconds since the test began. */
static void
add_time(GString *line, const char *name, execz_time time)
{
    if (time != 0) {
        g_string_append_printf(line, " %s=%gs", name,
                               (double)(time - fake_clock_new().now) / (double)EXECZ_SECOND);
    }
}

static void
add_result(GString *line, const execz_result *result)
{
    g_string_append_printf(line, " {%s", execz_outcome_name(result->outcome));
    add_time(line, "run_time", result->run_time);
    add_time(line, "started", result->started);
    add_time(line, "finished", result->finished);
    if (result->exit_status != -1) {
        g_string_append_printf(line, " exit_status=%d", result->exit_status);
    }
    add_number(line, "signal", (uint64_t)result->signal);
    add_text(line, "message", result->message);
    add_text(line, "value", result->value);
    add_text(line, "output", result->output);
    add_number(line, "output_dropped", result->output_dropped);
    g_string_append_c(line, '}');
}

static char *
text_of(const execz_event *event)
{
    static const char *const sources[] = {NULL, "schedule", "manual", "retry"};
    GString *line = g_string_new(execz_event_name(event->code));

    add_time(line, "at", event->time);
    add_text(line, "of", event->scheduler);
    add_text(line, "alias", event->alias);
    add_text(line, "task", event->task);
    add_text(line, "executor", event->executor);
    g_string_append(line, event->run == 0 ? "" : " run");
    add_number(line, "attempt", event->attempt);
    add_text(line, "source", sources[event->source]);
    for (uint32_t i = 0; i < event->n_run_times; i++) {
        add_time(line, "run_time", event->run_times[i]);
    }
    add_number(line, "coalesced", event->coalesced);
    add_time(line, "submitted", event->submitted);
    add_number(line, "lost", event->lost);
    add_text(line, "message", event->message);
    if (event->result != NULL) {
        add_result(line, event->result);
    }
    return g_string_free(line, FALSE);
}

/* ---- the scheduler under test ---------------------------------------------------------------- */

static GPtrArray *seen;

static void
keep(void *user, const execz_event *event)
{
    (void)user;
    cr_assert(eq(u32, event->size, sizeof *event));
    g_ptr_array_add(seen, ez_event_copy(event));
}

static fixture *
host_of(const char *executor_type)
{
    fixture *self = fixture_new(NULL);
    const execz_pair one_worker = {"max_workers", "1"};
    execz_error err = EXECZ_ERROR_INIT;

    seen = g_ptr_array_new_with_free_func(g_free);
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_ALL, keep, NULL);
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", executor_type, &one_worker,
                                           strcmp(executor_type, "threadpool") == 0,
                                           &err) == EXECZ_OK,
              "%s", err.message);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    return self;
}

static void
end(fixture *host)
{
    fixture_free(host);
    g_ptr_array_unref(seen);
}

/* The last event of this code. */
static const execz_event *
event_of(uint64_t code)
{
    for (guint i = seen->len; i > 0; i--) {
        const execz_event *event = seen->pdata[i - 1];

        if (event->code == code) {
            return event;
        }
    }
    cr_assert(false, "no %s", execz_event_name(code));
    return NULL;
}

static void
expect(uint64_t code, const char *text)
{
    g_autofree char *said = text_of(event_of(code));

    cr_expect(eq(str, said, (char *)text));
}

static void
add(fixture *host, const char *id, const char *function, execz_duration timeout, uint32_t coalesce)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = "interval(minutes=1)";
    spec.function = function;
    spec.misfire_grace_time = 10 * EXECZ_MINUTE;
    spec.timeout = timeout;
    spec.coalesce = coalesce;
    fixture_add_spec(host, &spec);
}

/* ---- scheduler, executors, tasks ------------------------------------------------------------- */

Test(payload, scheduler_started_and_shutdown_say_whose)
{
    fixture *host = host_of("debug");

    fixture_advance(host, EXECZ_SECOND);
    expect(EXECZ_EVENT_SCHEDULER_STARTED, "scheduler_started at=0s of='execz'");
    cr_assert(execz_scheduler_shutdown(host->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(host);
    expect(EXECZ_EVENT_SCHEDULER_SHUTDOWN, "scheduler_shutdown at=1s of='execz'");
    end(host);
}

Test(payload, executor_added_has_its_alias)
{
    fixture *host = host_of("debug");

    fixture_settle(host);
    expect(EXECZ_EVENT_EXECUTOR_ADDED, "executor_added at=0s of='execz' alias='default'");
    end(host);
}

Test(payload, task_added_and_removed_say_which)
{
    fixture *host = host_of("debug");

    add(host, "a", "tests:ok", 0, 0);
    fixture_settle(host);
    expect(EXECZ_EVENT_TASK_ADDED, "task_added at=0s of='execz' task='a' executor='default'");
    cr_assert(execz_scheduler_remove_task(host->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(host);
    expect(EXECZ_EVENT_TASK_REMOVED, "task_removed at=0s of='execz' task='a' executor='default'");
    end(host);
}

Test(payload, task_removed_says_why_if_nobody_asked_for_it)
{
    fixture *host = host_of("debug");

    fixture_add(host, "a", "date(2027-01-01T00:01:00Z)", "tests:ok");
    fixture_advance(host, EXECZ_MINUTE);
    expect(EXECZ_EVENT_TASK_REMOVED, "task_removed at=60s of='execz' task='a' executor='default' "
                                     "message='its trigger has no further run time'");
    end(host);
}

Test(payload, task_blocked_says_why)
{
    fixture *host = host_of("debug");

    add(host, "a", "tests:nowhere", 0, 0);
    fixture_advance(host, EXECZ_MINUTE);
    cr_expect(strstr(event_of(EXECZ_EVENT_TASK_BLOCKED)->message, "nowhere") != NULL);
    cr_expect(eq(u64, event_of(EXECZ_EVENT_TASK_BLOCKED)->run, 0));
    end(host);
}

/* ---- runs ------------------------------------------------------------------------------------ */

Test(payload, task_submitted_started_and_executed_tell_of_one_run_and_what_it_covers)
{
    fixture *host = host_of("debug");

    add(host, "a", "tests:ok", 0, 0);
    fixture_advance(host, 3 * EXECZ_MINUTE);
    expect(EXECZ_EVENT_TASK_SUBMITTED,
           "task_submitted at=180s of='execz' task='a' executor='default' run attempt=1 "
           "source='schedule' run_time=180s coalesced=2 submitted=180s");
    expect(EXECZ_EVENT_TASK_STARTED,
           "task_started at=180s of='execz' task='a' executor='default' run attempt=1 "
           "source='schedule' run_time=180s coalesced=2 submitted=180s");
    expect(EXECZ_EVENT_TASK_EXECUTED,
           "task_executed at=180s of='execz' task='a' executor='default' run attempt=1 "
           "source='schedule' run_time=180s coalesced=2 submitted=180s {ok run_time=180s "
           "started=180s finished=180s value='\"a@2027-01-01T00:03:00Z\"'}");
    cr_expect(eq(u64, event_of(EXECZ_EVENT_TASK_SUBMITTED)->run,
                 event_of(EXECZ_EVENT_TASK_EXECUTED)->run));
    cr_expect(
        eq(u64, event_of(EXECZ_EVENT_TASK_STARTED)->run, event_of(EXECZ_EVENT_TASK_EXECUTED)->run));
    end(host);
}

Test(payload, a_run_of_several_run_times_has_one_submission_and_an_end_for_each)
{
    fixture *host = host_of("debug");

    add(host, "a", "tests:ok", 0, EXECZ_COALESCE_NONE);
    fixture_advance(host, 2 * EXECZ_MINUTE);
    expect(EXECZ_EVENT_TASK_SUBMITTED,
           "task_submitted at=120s of='execz' task='a' executor='default' run attempt=1 "
           "source='schedule' run_time=60s run_time=120s submitted=120s");
    expect(EXECZ_EVENT_TASK_EXECUTED,
           "task_executed at=120s of='execz' task='a' executor='default' run attempt=1 "
           "source='schedule' run_time=120s submitted=120s {ok run_time=120s started=120s "
           "finished=120s value='\"a@2027-01-01T00:02:00Z\"'}");
    end(host);
}

Test(payload, task_error_has_what_the_function_said)
{
    fixture *host = host_of("debug");

    add(host, "a", "tests:fail", 0, 0);
    fixture_advance(host, EXECZ_MINUTE);
    expect(EXECZ_EVENT_TASK_ERROR,
           "task_error at=60s of='execz' task='a' executor='default' run attempt=1 "
           "source='schedule' run_time=60s submitted=60s message='no luck today' {error "
           "run_time=60s started=60s finished=60s message='no luck today'}");
    end(host);
}

Test(payload, task_missed_has_a_result_though_no_executor_ever_got_it)
{
    fixture *host = host_of("debug");

    add(host, "a", "tests:ok", 0, EXECZ_COALESCE_NONE);
    fixture_advance(host, 15 * EXECZ_MINUTE);
    expect(EXECZ_EVENT_TASK_MISSED,
           "task_missed at=900s of='execz' task='a' executor='default' attempt=1 "
           "source='schedule' run_time=240s coalesced=3 "
           "message='its misfire grace time was over, or too many runs were due at once' {missed "
           "run_time=240s finished=900s "
           "message='its misfire grace time was over, or too many runs were due at once'}");
    end(host);
}

Test(payload, task_max_instances_has_all_run_times_that_were_refused)
{
    fixture *host = host_of("threadpool");

    add(host, "a", "tests:wait", 0, EXECZ_COALESCE_NONE);
    fixture_advance(host, EXECZ_MINUTE);
    fixture_advance(host, 2 * EXECZ_MINUTE);
    expect(EXECZ_EVENT_TASK_MAX_INSTANCES,
           "task_max_instances at=180s of='execz' task='a' executor='default' attempt=1 "
           "source='schedule' run_time=120s run_time=180s "
           "message='it has reached its maximum of running instances'");
    end(host);
}

Test(payload, task_timeout_says_when_it_began_and_when_it_was_stopped)
{
    fixture *host = host_of("threadpool");
    const execz_event *event;

    add(host, "a", "tests:wait", EXECZ_MILLISECOND, 0);
    fixture_advance(host, EXECZ_MINUTE);
    fixture_wait_for(host, "timeout:a");
    event = event_of(EXECZ_EVENT_TASK_TIMEOUT);
    cr_expect(eq(u32, event->result->outcome, EXECZ_OUTCOME_TIMEOUT));
    cr_expect(all(gt(i64, event->result->started, 0), ne(u64, event->run, 0)));
    cr_expect(event->message != NULL && event->result->message != NULL);
    end(host);
}

static void
interrupt_it(void *task_id, ez_run *run)
{
    if (strcmp(run->task->id, task_id) == 0) {
        ez_executor_cancel(run->executor, run);
    }
}

Test(payload, a_run_that_waits_in_its_executor_tells_that_apart_from_being_late)
{
    fixture *host = host_of("threadpool");

    add(host, "long", "tests:wait", 0, 0);
    add(host, "next", "tests:ok", 0, 0);
    cr_assert(execz_scheduler_run_task(host->scheduler, "long", NULL) == EXECZ_OK);
    fixture_wait_for(host, "started:long");
    cr_assert(execz_scheduler_run_task(host->scheduler, "next", NULL) == EXECZ_OK);
    fixture_wait_for(host, "submitted:next");
    fake_clock_advance(&host->clock, 5 * EXECZ_SECOND);
    ez_runs_foreach(host->scheduler->runs, interrupt_it, (void *)"long");
    fixture_wait_for(host, "executed:next");
    expect(EXECZ_EVENT_TASK_EXECUTED,
           "task_executed at=5s of='execz' task='next' executor='default' run attempt=1 "
           "source='manual' run_time=0s submitted=0s {ok run_time=0s started=5s finished=5s "
           "value='\"next@2027-01-01T00:00:00Z\"'}");
    cr_expect(eq(str, (char *)event_of(EXECZ_EVENT_TASK_CANCELLED)->task, (char *)"long"));
    cr_expect(eq(i64, event_of(EXECZ_EVENT_TASK_CANCELLED)->result->started, fake_clock_new().now));
    end(host);
}

Test(payload, task_cancelled_tells_of_what_was_still_waiting_at_shutdown)
{
    fixture *host = host_of("debug");

    add(host, "a", "tests:nowhere", 0, 0);
    fixture_advance(host, EXECZ_MINUTE);
    cr_assert(execz_scheduler_shutdown(host->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(host);
    expect(EXECZ_EVENT_TASK_CANCELLED,
           "task_cancelled at=60s of='execz' task='a' executor='default' attempt=1 "
           "source='schedule' run_time=60s message='the scheduler is shutting down' {cancelled "
           "run_time=60s finished=60s message='the scheduler is shutting down'}");
    end(host);
}

Test(payload, task_lost_tells_of_the_run_that_nobody_ended)
{
    fixture *host = host_of("threadpool");

    add(host, "a", "tests:deaf", 0, 0);
    fixture_advance(host, EXECZ_MINUTE);
    fixture_wait_for(host, "started:a");
    ez_result_give_up(host->scheduler, "by a test");
    expect(EXECZ_EVENT_TASK_LOST,
           "task_lost at=60s of='execz' task='a' executor='default' run attempt=1 "
           "source='schedule' run_time=60s submitted=60s message='by a test' {lost run_time=60s "
           "finished=60s message='by a test'}");
    fixture_let_deaf_go();
    end(host);
}
