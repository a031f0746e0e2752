/* SPDX-License-Identifier: MIT */
/* What listeners do to tasks while the scheduler shuts down, and what of tasks is left after it. */
#include "fixture.h"

#include <poll.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
cancel_long(void *user, const execz_event *event)
{
    const fixture *self = user;

    (void)event;
    (void)execz_scheduler_cancel_task(self->scheduler, "long", EXECZ_CANCEL_RUNNING, NULL);
}

Test(shutdown_tasks, a_task_cancelled_during_a_step_wakes_the_loop)
{
    fixture *self = fixture_new_running();
    struct pollfd ready = {.fd = execz_scheduler_fd(self->scheduler), .events = POLLIN};

    fixture_add(self, "blocked", "interval(minutes=1)", "tests:nowhere");
    fixture_advance(self, EXECZ_MINUTE);
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_CANCELLED, cancel_long,
                                       self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    execz_scheduler_dispatch(self->scheduler);
    cr_expect(eq(int, poll(&ready, 1, 0), 1));
    fixture_wait_for(self, "cancelled:long scheduler_shutdown");
    fixture_free(self);
}

static void
remove_b(void *user, const execz_event *event)
{
    const fixture *self = user;

    (void)event;
    (void)execz_scheduler_remove_task(self->scheduler, "b", NULL);
}

Test(shutdown_tasks, what_a_task_had_waiting_that_a_listener_removes_meanwhile_ends_before_it)
{
    fixture *self = fixture_new(NULL);

    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    fixture_add(self, "b", "interval(minutes=1)", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    (void)fixture_take_events(self);
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_CANCELLED, remove_b, self);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    execz_scheduler_dispatch(self->scheduler);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"cancelled:a cancelled:b removed:b scheduler_shutdown"));
    cr_expect(eq(u64, self->scheduler->n_held, 0));
    fixture_free(self);
}

Test(shutdown_tasks, nothing_that_was_dropped_is_blocked_still)
{
    fixture *self = fixture_new(NULL);
    execz_scheduler_info info = {.size = sizeof info};

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_wait_for(self, "cancelled:a scheduler_shutdown");
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.blocked, 0));
    fixture_free(self);
}

Test(shutdown_tasks, does_not_run_a_paused_task_last)
{
    fixture *self = fixture_new_started("debug");

    fixture_add(self, "last", "shutdown()", "tests:ok");
    cr_assert(execz_scheduler_pause_task(self->scheduler, "last", NULL, EXECZ_TIME_NEVER, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"scheduler_shutdown"));
    fixture_free(self);
}

static execz_scheduler *theirs;

static execz_status
call_shutdown(execz_call *call)
{
    (void)call;
    return execz_scheduler_shutdown(theirs, 0, -1, NULL);
}

static void
shut_down_by_a_task(const char *executor)
{
    static const execz_function function = {sizeof function, EXECZ_TASK_FUNCTION, "shutdown",
                                            "ends its scheduler", call_shutdown};
    static const execz_function *const functions[] = {&function};
    fixture *self = fixture_new_started(executor);

    theirs = self->scheduler;
    cr_assert(execz_scheduler_add_functions(self->scheduler, "own", functions, 1, NULL) ==
              EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "own:shutdown");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "executed:a scheduler_shutdown ");
    fixture_free(self);
}

Test(shutdown_tasks, a_task_may_shut_the_scheduler_down)
{
    shut_down_by_a_task("debug");
    shut_down_by_a_task("threadpool");
}
