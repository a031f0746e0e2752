/* SPDX-License-Identifier: MIT */
#include "scheduler/retry.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_task_spec
spec_of(const char *function)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(hours=1)";
    spec.function = function;
    spec.max_attempts = 3;
    spec.retry_delay = 10 * EXECZ_SECOND;
    return spec;
}

/* A scheduler where that task has been due once. */
static fixture *
after_its_first_run(const char *executor_type, const execz_task_spec *spec)
{
    fixture *self = fixture_new(executor_type);

    fixture_add_spec(self, spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    fixture_advance(self, EXECZ_HOUR);
    return self;
}

static uint64_t
count_unfinished(fixture *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info.unfinished;
}

/* ---- attempts -------------------------------------------------------------------------------- */

Test(retry, what_fails_is_attempted_again_later_and_later_until_the_last_attempt)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = after_its_first_run("debug", &spec);

    fixture_expect_events(self, "submitted:a started:a retry:a");
    cr_expect(eq(u64, count_unfinished(self), 1));
    fixture_advance(self, 10 * EXECZ_SECOND - 1);
    fixture_expect_events(self, "");
    fixture_advance(self, 1);
    fixture_expect_events(self, "submitted:a started:a retry:a");
    fixture_advance(self, 20 * EXECZ_SECOND - 1);
    fixture_expect_events(self, "");
    fixture_advance(self, 1);
    fixture_expect_events(self, "submitted:a started:a error:a");
    cr_expect(eq(u64, count_unfinished(self), 0));
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "");
    fixture_free(self);
}

typedef struct told {
    uint32_t attempts[8];
    execz_time run_times[8];
    execz_time next[8];
    uint32_t outcomes[8];
    unsigned n;
} told;

static void
note(void *user, const execz_event *event)
{
    told *self = user;

    self->attempts[self->n] = event->attempt;
    self->run_times[self->n] = event->run_times[0];
    self->next[self->n] = event->next_attempt;
    self->outcomes[self->n] = event->result == NULL ? 0 : event->result->outcome;
    self->n++;
}

Test(retry, its_events_name_the_attempt_the_same_run_time_and_when_the_next_one_is_due)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = fixture_new("debug");
    told ends = {0}, sent = {0};
    execz_time begin = self->clock.now;

    spec.max_attempts = 2;
    (void)execz_scheduler_add_listener(self->scheduler,
                                       EXECZ_EVENT_TASK_RETRY | EXECZ_EVENT_TERMINAL, note, &ends);
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_SUBMITTED, note, &sent);
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_HOUR);
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(all(eq(uint, ends.n, 2), eq(uint, sent.n, 2)));
    for (unsigned i = 0; i < 2; i++) {
        cr_expect(all(eq(uint, ends.attempts[i], i + 1), eq(uint, sent.attempts[i], i + 1)));
        cr_expect(all(eq(i64, ends.run_times[i], begin + EXECZ_HOUR),
                      eq(i64, sent.run_times[i], begin + EXECZ_HOUR)));
        cr_expect(eq(uint, ends.outcomes[i], EXECZ_OUTCOME_ERROR));
    }
    cr_expect(all(eq(i64, ends.next[0], begin + EXECZ_HOUR + 10 * EXECZ_SECOND),
                  eq(i64, ends.next[1], 0)));
    cr_expect(strstr(self->log->str,
                     "no luck today; attempt 2 of 2 follows at 2027-01-01T01:00:10") != NULL,
              "%s", self->log->str);
    fixture_free(self);
}

Test(retry, a_body_knows_its_attempt_and_may_succeed_at_last)
{
    execz_task_spec spec = spec_of("tests:third");
    fixture *self = after_its_first_run("threadpool", &spec);

    fixture_wait_for(self, "retry:a");
    fixture_advance(self, 10 * EXECZ_SECOND);
    fixture_wait_for(self, "retry:a submitted:a started:a retry:a");
    fixture_advance(self, 20 * EXECZ_SECOND);
    fixture_wait_for(self, "submitted:a started:a executed:a");
    fixture_free(self);
}

Test(retry, a_command_finds_its_attempt_in_its_environment)
{
    execz_task_spec spec = spec_of(NULL);
    fixture *self;

    spec.shell = "test $EXECZ_ATTEMPT -eq 2";
    self = after_its_first_run("threadpool", &spec);
    fixture_wait_for(self, "retry:a");
    fixture_advance(self, 10 * EXECZ_SECOND);
    fixture_wait_for(self, "submitted:a started:a executed:a");
    fixture_free(self);
}

Test(retry, an_exit_status_that_never_retries_is_the_end)
{
    static const int32_t never[] = {64};
    execz_task_spec spec = spec_of(NULL);
    fixture *self;

    spec.shell = "exit 64";
    spec.retry_never = never;
    spec.n_retry_never = 1;
    self = after_its_first_run("threadpool", &spec);
    fixture_wait_for(self, "error:a");
    cr_expect(strstr(self->events->str, "retry") == NULL);
    fixture_free(self);
}

Test(retry, what_a_function_returns_can_be_the_end)
{
    static const int32_t never[] = {EXECZ_E_FAIL};
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self;

    spec.retry_never = never;
    spec.n_retry_never = 1;
    self = after_its_first_run("debug", &spec);
    fixture_expect_events(self, "submitted:a started:a error:a");
    fixture_free(self);
}

Test(retry, a_run_by_hand_is_attempted_again_too)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = fixture_new("debug");

    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "added:a scheduler_started submitted:a started:a retry:a");
    fixture_free(self);
}

/* Of three run times the second fails. */
Test(retry, of_several_run_times_only_those_that_failed_are_attempted_again)
{
    execz_task_spec spec = spec_of("tests:second");
    fixture *self = fixture_new("debug");

    spec.trigger = "interval(minutes=1)";
    spec.coalesce = EXECZ_COALESCE_NONE;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    fixture_advance(self, 3 * EXECZ_MINUTE);
    fixture_expect_events(
        self, "submitted:a*3 started:a started:a started:a executed:a retry:a executed:a");
    cr_expect(eq(u64, count_unfinished(self), 1));
    fixture_advance(self, 10 * EXECZ_SECOND);
    fixture_expect_events(self, "submitted:a started:a retry:a");
    fixture_free(self);
}

static void
add_coalesced(void *user, const execz_event *event)
{
    *(uint64_t *)user += event->coalesced;
}

Test(retry, coalesced_run_times_are_told_by_the_one_terminal_event)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = fixture_new("debug");
    uint64_t coalesced = 0;

    spec.trigger = "interval(minutes=1)";
    spec.max_attempts = 2;
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TERMINAL, add_coalesced,
                                       &coalesced);
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_advance(self, 3 * EXECZ_MINUTE);
    cr_expect(eq(u64, coalesced, 0));
    fixture_advance(self, 10 * EXECZ_SECOND);
    cr_expect(eq(u64, coalesced, 2));
    fixture_free(self);
}

/* ---- while it waits -------------------------------------------------------------------------- */

Test(retry, what_waits_for_its_next_attempt_counts_as_an_instance)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self;

    spec.retry_delay = 2 * EXECZ_HOUR;
    self = after_its_first_run("debug", &spec);
    fixture_expect_events(self, "submitted:a started:a retry:a");
    fixture_advance(self, EXECZ_HOUR);
    fixture_expect_events(self, "max_instances:a");
    fixture_free(self);
}

Test(retry, what_is_queued_behind_it_starts_after_its_last_attempt)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self;

    spec.max_attempts = 2;
    spec.retry_delay = 2 * EXECZ_HOUR;
    spec.overlap = EXECZ_OVERLAP_QUEUE;
    spec.misfire_grace_time = -1;
    self = after_its_first_run("debug", &spec);
    fixture_advance(self, EXECZ_HOUR);
    (void)fixture_take_events(self);
    fixture_advance(self, EXECZ_HOUR);
    fixture_expect_events(
        self, "submitted:a max_instances:a started:a error:a submitted:a started:a retry:a");
    fixture_free(self);
}

Test(retry, what_replaces_it_starts_at_once)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self;

    spec.retry_delay = 2 * EXECZ_HOUR;
    spec.overlap = EXECZ_OVERLAP_REPLACE;
    self = after_its_first_run("debug", &spec);
    (void)fixture_take_events(self);
    fixture_advance(self, EXECZ_HOUR);
    fixture_expect_events(self, "cancelled:a submitted:a started:a retry:a");
    fixture_free(self);
}

Test(retry, removing_the_task_cancels_it)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = after_its_first_run("debug", &spec);
    told ends = {0};

    (void)fixture_take_events(self);
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TERMINAL, note, &ends);
    cr_assert(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a removed:a");
    cr_expect(all(eq(uint, ends.n, 1), eq(uint, ends.attempts[0], 1),
                  eq(uint, ends.outcomes[0], EXECZ_OUTCOME_CANCELLED)));
    cr_expect(eq(u64, count_unfinished(self), 0));
    fixture_free(self);
}

Test(retry, a_shutdown_cancels_it)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = after_its_first_run("debug", &spec);

    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a scheduler_shutdown");
    fixture_free(self);
}

Test(retry, what_fails_during_a_shutdown_is_not_attempted_again)
{
    execz_task_spec spec = spec_of("tests:fail_when_let_go");
    fixture *self = after_its_first_run("threadpool", &spec);

    fixture_wait_for(self, "started:a");
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_let_deaf_go();
    fixture_wait_for(self, "error:a scheduler_shutdown");
    fixture_free(self);
}

Test(retry, what_fails_after_its_task_was_removed_is_not_attempted_again)
{
    execz_task_spec spec = spec_of("tests:fail_when_let_go");
    fixture *self = after_its_first_run("threadpool", &spec);

    fixture_wait_for(self, "started:a");
    cr_assert(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_let_deaf_go();
    fixture_wait_for(self, "error:a");
    fixture_free(self);
}

Test(retry, a_step_of_the_wall_clock_does_not_move_it)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = after_its_first_run("debug", &spec);

    (void)fixture_take_events(self);
    self->clock.now -= 30 * EXECZ_MINUTE;
    fixture_settle(self);
    fixture_expect_events(self, "");
    cr_expect(eq(i64, ez_retry_next(self->scheduler), self->clock.monotonic + 10 * EXECZ_SECOND));
    fixture_advance(self, 10 * EXECZ_SECOND);
    fixture_expect_events(self, "submitted:a started:a retry:a");
    fixture_free(self);
}

Test(retry, a_task_that_is_over_stays_until_its_last_attempt)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self;

    spec.trigger = "date(2027-01-01T01:00:00Z)";
    spec.max_attempts = 2;
    self = after_its_first_run("debug", &spec);
    fixture_expect_events(self, "submitted:a started:a retry:a");
    fixture_advance(self, 10 * EXECZ_SECOND);
    fixture_expect_events(self, "submitted:a started:a error:a removed:a");
    fixture_free(self);
}

Test(retry, a_scheduler_that_is_paused_keeps_it_until_it_goes_on)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = after_its_first_run("debug", &spec);

    cr_assert(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "");
    cr_assert(execz_scheduler_resume(self->scheduler, NULL) == EXECZ_OK);
    fixture_wait_for(self, "submitted:a started:a retry:a");
    fixture_free(self);
}

Test(retry, a_task_that_is_paused_is_still_attempted_again)
{
    execz_task_spec spec = spec_of("tests:fail");
    fixture *self = after_its_first_run("debug", &spec);

    cr_assert(execz_scheduler_pause_task(self->scheduler, "a", NULL, EXECZ_TIME_NEVER, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    fixture_advance(self, 10 * EXECZ_SECOND);
    fixture_expect_events(self, "submitted:a started:a retry:a");
    fixture_free(self);
}
