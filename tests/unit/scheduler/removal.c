/* SPDX-License-Identifier: MIT */
#include "scheduler/removal.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
remove_default(fixture *self, uint32_t flags)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_remove_executor(self->scheduler, "default", flags, &err) == EXECZ_OK,
              "%s", err.message);
}

static void
add_default(fixture *self, const char *type)
{
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", type, NULL, 0, NULL) ==
              EXECZ_OK);
}

static void
run(fixture *self, const char *id)
{
    cr_assert(execz_scheduler_run_task(self->scheduler, id, NULL) == EXECZ_OK);
}

/* A task "a" whose function runs. */
static fixture *
with_a_run(const char *function)
{
    fixture *self = fixture_new_started("threadpool");

    fixture_add(self, "a", "interval(hours=1)", function);
    run(self, "a");
    fixture_wait_for(self, "started:a");
    return self;
}

Test(removal, an_executor_that_is_idle_goes_at_once)
{
    fixture *self = fixture_new_started("threadpool");

    remove_default(self, 0);
    fixture_wait_for(self, "executor_removed");
    cr_expect(eq(int, execz_scheduler_remove_executor(self->scheduler, "default", 0, NULL),
                 EXECZ_E_NOT_FOUND));
    fixture_free(self);
}

Test(removal, runs_in_flight_go_on_to_their_end)
{
    fixture *self = with_a_run("tests:deaf");

    remove_default(self, 0);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "executor_removed") == NULL, "%s", self->events->str);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executor_removed");
    cr_expect(strstr(self->events->str, "executed:a executor_removed") != NULL, "%s",
              self->events->str);
    fixture_free(self);
}

Test(removal, runs_in_flight_are_cancelled_if_that_is_asked_for)
{
    fixture *self = with_a_run("tests:wait");

    remove_default(self, 0);
    fixture_settle(self);
    remove_default(self, EXECZ_SHUTDOWN_CANCEL);
    fixture_wait_for(self, "executor_removed");
    cr_expect(strstr(self->events->str, "cancelled:a executor_removed") != NULL, "%s",
              self->events->str);
    fixture_free(self);
}

Test(removal, its_tasks_are_blocked_until_the_alias_is_there_again)
{
    fixture *self = fixture_new_started("debug");

    fixture_add(self, "a", "date(2027-01-01T00:10:00Z)", "tests:ok");
    remove_default(self, 0);
    fixture_advance(self, 10 * EXECZ_MINUTE);
    cr_expect(
        eq(str, (char *)fixture_take_events(self), (char *)"added:a executor_removed blocked:a"));
    cr_expect(strstr(self->log->str, "task=a: there is no executor 'default'") != NULL, "%s",
              self->log->str);
    add_default(self, "debug");
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"executor_added submitted:a started:a executed:a removed:a"));
    fixture_free(self);
}

Test(removal, the_alias_is_free_while_the_old_executor_still_works)
{
    fixture *self = with_a_run("tests:deaf");

    fixture_add(self, "b", "interval(hours=1)", "tests:ok");
    remove_default(self, 0);
    add_default(self, "debug");
    run(self, "b");
    fixture_wait_for(self, "executed:b");
    cr_expect(strstr(self->events->str, "executor_removed") == NULL, "%s", self->events->str);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:a executor_removed");
    fixture_free(self);
}

Test(removal, what_waits_for_its_turn_goes_to_the_next_executor_of_that_alias)
{
    fixture *self = fixture_new_started(NULL);
    execz_pair options[] = {{"max_workers", "1"}, {"queue_limit", "1"}};

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", options, 2,
                                           NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(hours=1)", "tests:deaf");
    fixture_add(self, "queued", "interval(hours=1)", "tests:ok");
    fixture_add(self, "held", "interval(hours=1)", "tests:ok");
    run(self, "a");
    fixture_wait_for(self, "started:a");
    run(self, "queued");
    run(self, "held");
    fixture_settle(self);
    remove_default(self, 0);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "blocked:held") != NULL, "%s", self->events->str);
    add_default(self, "debug");
    fixture_wait_for(self, "executed:held");
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:queued executor_removed");
    fixture_free(self);
}

Test(removal, a_shutdown_ends_an_executor_on_its_way_out)
{
    fixture *self = with_a_run("tests:wait");

    remove_default(self, 0);
    fixture_settle(self);
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "scheduler_shutdown");
    cr_expect(strstr(self->events->str, "cancelled:a executor_removed scheduler_shutdown") != NULL,
              "%s", self->events->str);
    fixture_free(self);
}

Test(removal, an_executor_of_a_stopped_scheduler_goes_with_the_next_pass)
{
    fixture *self = fixture_new("threadpool");

    remove_default(self, 0);
    add_default(self, "debug");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    run(self, "a");
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "executor_removed") != NULL, "%s", self->events->str);
    cr_expect(strstr(self->events->str, "executed:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}

Test(removal, freeing_a_scheduler_frees_an_executor_nobody_has_seen_leave)
{
    fixture *self = fixture_new("threadpool");

    remove_default(self, 0);
    fixture_free(self);
}

static void
remove_it(void *user, const execz_event *event)
{
    (void)event;
    (void)execz_scheduler_remove_executor(user, "default", 0, NULL);
}

Test(removal, a_listener_may_remove_the_executor_that_is_just_given_a_run)
{
    fixture *self = fixture_new_started("debug");

    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_SUBMITTED, remove_it,
                                 self->scheduler);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "executed:a executor_removed") != NULL, "%s",
              self->events->str);
    fixture_free(self);
}

static void
count(void *user, const execz_executor_info *executor)
{
    (void)executor;
    ++*(int *)user;
}

Test(removal, an_executor_on_its_way_out_is_in_no_list)
{
    fixture *self = fixture_new_started("threadpool");
    int n = 0;

    fixture_add(self, "a", "interval(hours=1)", "tests:deaf");
    run(self, "a");
    fixture_wait_for(self, "started:a");
    remove_default(self, 0);
    fixture_settle(self);
    execz_scheduler_list_executors(self->scheduler, count, &n);
    cr_expect(eq(int, n, 0));
    fixture_let_deaf_go();
    fixture_wait_for(self, "executor_removed");
    fixture_free(self);
}

Test(removal, an_unknown_alias_is_told)
{
    fixture *self = fixture_new_started("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(
        eq(int, execz_scheduler_remove_executor(self->scheduler, "x", 0, &err), EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.message, (char *)"there is no executor 'x'"));
    fixture_free(self);
}
