/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "support/patience.h"

#include <poll.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static uint32_t
state_of(fixture *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info.state;
}

Test(shutdown, waits_for_what_runs_and_submits_nothing_more)
{
    fixture *self = fixture_new_running();

    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_advance(self, 10 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""));
    cr_expect(eq(u32, state_of(self), EXECZ_STATE_SHUTTING_DOWN));
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "cancelled:long scheduler_shutdown");
    cr_expect(eq(u32, state_of(self), EXECZ_STATE_STOPPED));
    fixture_free(self);
}

static void
cancel_everything(void *user, const execz_event *event)
{
    const fixture *self = user;

    (void)event;
    (void)execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL);
}

/* The blocked task is dropped, and told so, in the middle of the first step. */
Test(shutdown, that_becomes_stronger_during_a_step_wakes_the_loop)
{
    fixture *self = fixture_new_running();
    struct pollfd ready = {.fd = execz_scheduler_fd(self->scheduler), .events = POLLIN};

    fixture_add(self, "blocked", "interval(minutes=1)", "tests:nowhere");
    fixture_advance(self, EXECZ_MINUTE);
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_CANCELLED,
                                       cancel_everything, self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    execz_scheduler_dispatch(self->scheduler);
    cr_expect(eq(int, poll(&ready, 1, PATIENCE_MS), 1));
    fixture_wait_for(self, "cancelled:long scheduler_shutdown");
    fixture_free(self);
}

Test(shutdown, cancels_at_its_deadline)
{
    fixture *self = fixture_new_running();

    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, 5 * EXECZ_SECOND, NULL) == EXECZ_OK);
    fixture_advance(self, 4 * EXECZ_SECOND);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""));
    fixture_advance(self, EXECZ_SECOND);
    fixture_wait_for(self, "cancelled:long scheduler_shutdown");
    fixture_free(self);
}

Test(shutdown, a_later_call_can_only_shorten_the_deadline)
{
    fixture *self = fixture_new_running();

    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, 5 * EXECZ_SECOND, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, EXECZ_HOUR, NULL) == EXECZ_OK);
    fixture_advance(self, 5 * EXECZ_SECOND);
    fixture_wait_for(self, "cancelled:long scheduler_shutdown");
    fixture_free(self);
}

Test(shutdown, ends_what_was_blocked)
{
    fixture *self = fixture_new(NULL);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_wait_for(self, "blocked:a cancelled:a scheduler_shutdown");
    fixture_free(self);
}

Test(shutdown, can_be_followed_by_a_start_any_number_of_times)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    for (int i = 0; i < 5; i++) {
        cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
        fixture_advance(self, EXECZ_MINUTE);
        fixture_wait_for(self, "executed:a");
        cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
        fixture_wait_for(self, "scheduler_shutdown");
        (void)fixture_take_events(self);
    }
    fixture_free(self);
}

Test(shutdown, ends_what_an_executor_has_left_on_the_loop)
{
    fixture *self = fixture_new(EXECZ_TEST_PLUGIN_DIR "/lingers.so");

    for (int i = 0; i < 2; i++) {
        cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
        fixture_settle(self); /* what was left would be called, and abort */
        cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
        fixture_wait_for(self, "scheduler_shutdown");
        (void)fixture_take_events(self);
    }
    fixture_free(self);
}

Test(shutdown, of_a_stopped_scheduler_is_refused)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, execz_scheduler_shutdown(self->scheduler, 0, -1, &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message, (char *)"the scheduler does not run"));
    fixture_free(self);
}

typedef struct chain {
    fixture *fixture;
    unsigned left;
    unsigned left_at_end;
} chain;

static void
note_end(void *user, const execz_event *event)
{
    chain *self = user;

    (void)event;
    self->left_at_end = self->left;
}

static void
post_again(void *argument)
{
    chain *self = argument;
    ez_posted *posted;

    if (self->left == 0) {
        return;
    }
    self->left--;
    posted = g_new0(ez_posted, 1);
    posted->head.kind = EZ_HOST_POSTED;
    posted->function = post_again;
    posted->argument = self;
    ez_mailbox_push(&self->fixture->scheduler->mailbox, &posted->head.message);
}

Test(shutdown, makes_all_calls_that_were_posted_before_their_executor_is_gone)
{
    fixture *self = fixture_new("debug");
    chain calls = {self, 100, 100};

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_SCHEDULER_SHUTDOWN, note_end,
                                       &calls);
    fixture_settle(self);
    post_again(&calls);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_wait_for(self, "scheduler_shutdown");
    cr_expect(eq(uint, calls.left_at_end, 0));
    fixture_free(self);
}

/* Starts tests:deaf, and shuts down so that it is cancelled. */
static fixture *
cancel_deaf(execz_duration kill_grace)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    fixture *self = fixture_new("threadpool");

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    spec.id = "deaf";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:deaf";
    spec.kill_grace = kill_grace;
    fixture_add_spec(self, &spec);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:deaf");
    fixture_wait_until_deaf();
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    return self;
}

Test(shutdown, gives_up_a_run_that_does_not_end_and_says_that_it_is_lost)
{
    fixture *self = cancel_deaf(0);

    fixture_advance(self, 9 * EXECZ_SECOND);
    cr_expect(strstr(self->events->str, "lost") == NULL);
    fixture_advance(self, EXECZ_SECOND);
    fixture_wait_for(self, "lost:deaf scheduler_shutdown");
    cr_expect(strstr(self->log->str, "did not end in time") != NULL, "%s", self->log->str);
    fixture_release_deaf(self);
    fixture_free(self);
}

Test(shutdown, gives_nobody_up_within_its_kill_grace)
{
    fixture *self = cancel_deaf(EXECZ_HOUR);

    fixture_advance(self, EXECZ_HOUR + 9 * EXECZ_SECOND);
    cr_expect(strstr(self->events->str, "lost") == NULL);
    fixture_advance(self, EXECZ_SECOND);
    fixture_wait_for(self, "lost:deaf scheduler_shutdown");
    fixture_release_deaf(self);
    fixture_free(self);
}

/* ---- tasks that run at shutdown --------------------------------------------------------------- */

Test(shutdown, runs_the_tasks_that_wait_for_it)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "last", "shutdown()", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_DAY);
    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_wait_for(self, "scheduler_shutdown");
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"submitted:last started:last executed:last scheduler_shutdown"));
    fixture_free(self);
}

Test(shutdown, runs_them_behind_everything_else)
{
    fixture *self = fixture_new_running();

    fixture_add(self, "last", "or(shutdown(), date(2030-01-01))", "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""));
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "cancelled:long submitted:last started:last executed:last "
                           "scheduler_shutdown");
    fixture_free(self);
}

Test(shutdown, runs_them_once_each_time)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "last", "shutdown()", "tests:ok");
    for (int i = 0; i < 3; i++) {
        cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
        fixture_settle(self);
        (void)fixture_take_events(self);
        cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
        fixture_wait_for(self, "scheduler_shutdown");
        cr_expect(eq(str, (char *)fixture_take_events(self),
                     (char *)"submitted:last started:last executed:last scheduler_shutdown"));
    }
    fixture_free(self);
}

Test(shutdown, runs_them_by_hand_before_too)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "last", "shutdown()", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_run_task(self->scheduler, "last", NULL) == EXECZ_OK);
    fixture_wait_for(self, "executed:last");
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_wait_for(self, "executed:last scheduler_shutdown");
    fixture_free(self);
}

Test(shutdown, does_not_run_them_when_its_deadline_has_come)
{
    fixture *self = fixture_new_running();

    fixture_add(self, "last", "shutdown()", "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, 0, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "scheduler_shutdown");
    cr_expect(strstr(fixture_take_events(self), "last") == NULL);
    fixture_free(self);
}

Test(shutdown, that_is_cancelled_ends_a_last_task_that_hangs)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "last", "shutdown()", "tests:wait");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_wait_for(self, "started:last");
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "cancelled:last scheduler_shutdown");
    fixture_free(self);
}

Test(shutdown, ends_a_last_task_that_is_blocked)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "last", "shutdown()", "nowhere:ok");
    fixture_add(self, "fine", "shutdown()", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_wait_for(self, "scheduler_shutdown");
    cr_expect(strstr(self->events->str, "cancelled:last") != NULL ||
              strstr(self->events->str, "error:last") != NULL);
    cr_expect(strstr(self->events->str, "executed:fine") != NULL);
    fixture_free(self);
}

/* Only what was cancelled can be lost for not having ended. */
Test(shutdown, that_was_cancelled_gives_its_last_tasks_time_until_the_next_cancel)
{
    fixture *self = fixture_new_running();

    fixture_add(self, "last", "shutdown()", "tests:wait");
    fixture_settle(self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "started:last");
    cr_expect(eq(i64, self->scheduler->shutdown.lost_at, EXECZ_NO_DEADLINE));
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "cancelled:last scheduler_shutdown");
    fixture_free(self);
}
