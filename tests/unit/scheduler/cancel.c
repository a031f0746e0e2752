/* SPDX-License-Identifier: MIT */
#include "scheduler/cancel.h"

#include "fixture.h"

#include "support/patience.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* A task "a" that is due each minute, and of whose run times the first runs and the next is queued. */
static fixture *
with_a_run_and_one_queued(const char *function)
{
    fixture *self = fixture_new("threadpool");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = function;
    spec.overlap = EXECZ_OVERLAP_QUEUE;
    spec.max_attempts = 2;
    spec.retry_delay = EXECZ_HOUR;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    fixture_advance(self, EXECZ_MINUTE);
    (void)fixture_take_events(self);
    return self;
}

static void
note_run(void *user, const execz_event *event)
{
    *(execz_run *)user = event->run;
}

Test(cancel, a_run_is_cancelled_by_its_token_and_what_waited_for_it_starts)
{
    fixture *self = fixture_new("threadpool");
    execz_run run = 0;

    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_STARTED, note_run, &run);
    fixture_add(self, "a", "interval(minutes=1)", "tests:wait");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    cr_assert(execz_scheduler_cancel_run(self->scheduler, run, NULL) == EXECZ_OK);
    fixture_wait_for(self, "cancelled:a");
    fixture_free(self);
}

Test(cancel, a_run_that_has_ended_is_not_found)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;
    execz_run run = 0;

    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_EXECUTED, note_run, &run);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(ne(u64, run, 0));
    cr_expect(execz_scheduler_cancel_run(self->scheduler, run, &err) == EXECZ_E_NOT_FOUND);
    cr_expect(strstr(err.message, "or it has ended") != NULL, "%s", err.message);
    cr_expect(execz_scheduler_cancel_run(self->scheduler, 0, NULL) == EXECZ_E_NOT_FOUND);
    fixture_free(self);
}

Test(cancel, all_that_a_task_has_is_cancelled_and_its_schedule_goes_on)
{
    fixture *self = with_a_run_and_one_queued("tests:wait");

    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", 0, NULL) == EXECZ_OK);
    fixture_wait_for(self, "cancelled:a cancelled:a");
    (void)fixture_take_events(self);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "submitted:a started:a");
    fixture_free(self);
}

Test(cancel, what_waits_is_cancelled_alone)
{
    fixture *self = with_a_run_and_one_queued("tests:wait");

    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_WAITING, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a");
    cr_expect(eq(sz, ez_runs_count(self->scheduler->runs), 1));
    fixture_free(self);
}

Test(cancel, what_runs_is_cancelled_alone_and_the_next_one_starts)
{
    fixture *self = with_a_run_and_one_queued("tests:wait");

    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_RUNNING, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "cancelled:a submitted:a started:a");
    fixture_free(self);
}

Test(cancel, a_run_that_fails_when_it_is_cancelled_is_not_attempted_again)
{
    fixture *self = with_a_run_and_one_queued("tests:fail_when_let_go");

    fixture_wait_until_deaf();
    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_ALL, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a");
    fixture_let_deaf_go();
    fixture_wait_for(self, "cancelled:a");
    cr_expect(strstr(self->events->str, "retry") == NULL, "%s", self->events->str);
    fixture_free(self);
}

Test(cancel, what_waits_for_its_next_attempt_is_cancelled)
{
    fixture *self = fixture_new("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(hours=1)";
    spec.function = "tests:fail";
    spec.max_attempts = 2;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_HOUR);
    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_RETRYING, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "");
    fixture_free(self);
}

Test(cancel, what_is_held_or_asked_for_by_hand_is_cancelled)
{
    fixture *self = fixture_new(NULL);

    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_HOUR);
    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", 0, NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a cancelled:a");
    cr_expect(eq(u64, self->scheduler->n_held, 0));
    fixture_free(self);
}

Test(cancel, a_task_is_named_and_what_is_cancelled_is_known)
{
    fixture *self = fixture_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(execz_scheduler_cancel_task(self->scheduler, "b", 0, &err) == EXECZ_E_NOT_FOUND);
    cr_expect(eq(str, err.message, (char *)"there is no task 'b'"));
    cr_expect(execz_scheduler_cancel_task(self->scheduler, "b", 8, &err) == EXECZ_E_INVAL);
    cr_expect(eq(str, err.message, (char *)"8 is not of EXECZ_CANCEL_*"));
    fixture_free(self);
}

static void *
cancel_by_thread(void *scheduler)
{
    cr_expect(execz_scheduler_cancel_task(scheduler, "a", 0, NULL) == EXECZ_OK);
    return NULL;
}

Test(cancel, any_thread_may_ask_for_it)
{
    fixture *self = with_a_run_and_one_queued("tests:wait");
    pthread_t thread;

    cr_assert(zero(int, pthread_create(&thread, NULL, cancel_by_thread, self->scheduler)));
    fixture_wait_for(self, "cancelled:a cancelled:a");
    pthread_join(thread, NULL);
    fixture_free(self);
}

Test(cancel, what_waited_to_be_unblocked_does_not_any_more)
{
    fixture *self = fixture_new(NULL);
    execz_scheduler_info info = {.size = sizeof info};

    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_HOUR);
    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_WAITING, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(all(eq(u64, info.blocked, 0), eq(u64, info.scheduled, 1)));
    fixture_free(self);
}

/* The end of the run is on its way to the loop when the request comes. */
Test(cancel, a_run_that_has_failed_unseen_is_not_attempted_again)
{
    fixture *self = with_a_run_and_one_queued("tests:fail_when_let_go");
    struct pollfd bell = {.fd = self->scheduler->mailbox.bell, .events = POLLIN};

    fixture_wait_until_deaf();
    fixture_let_deaf_go();
    cr_assert(eq(int, poll(&bell, 1, PATIENCE_MS), 1));
    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_ALL, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a error:a");
    fixture_free(self);
}
