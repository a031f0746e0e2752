/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <string.h>

#include <execz/query.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture *
running(const char *executor_type)
{
    fixture *self = fixture_new(executor_type);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    return self;
}

Test(dispatch, a_due_task_is_submitted_and_ends)
{
    fixture *self = running("debug");

    fixture_add(self, "a", "interval(seconds=10)", "tests:ok");
    fixture_settle(self);
    fixture_expect_events(self, "added:a");
    fixture_advance(self, 9 * EXECZ_SECOND);
    fixture_expect_events(self, "");
    fixture_advance(self, EXECZ_SECOND);
    fixture_expect_events(self, "submitted:a started:a executed:a");
    fixture_advance(self, 10 * EXECZ_SECOND);
    fixture_expect_events(self, "submitted:a started:a executed:a");
    fixture_free(self);
}

Test(dispatch, a_failing_function_ends_in_an_error)
{
    fixture *self = running("debug");

    fixture_add(self, "a", "interval(seconds=1)", "tests:fail");
    fixture_advance(self, EXECZ_SECOND);
    fixture_expect_events(self, "added:a submitted:a started:a error:a");
    cr_expect(strstr(self->log->str, "no luck today") != NULL, "%s", self->log->str);
    fixture_free(self);
}

Test(dispatch, a_night_of_sleep_runs_once_and_counts_the_rest)
{
    fixture *self = running("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, 30 * EXECZ_MINUTE);
    fixture_expect_events(self, "added:a submitted:a+29 started:a executed:a");
    fixture_free(self);
}

Test(dispatch, without_coalescing_each_missed_run_is_made_up_for)
{
    fixture *self = running("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:ok";
    spec.coalesce = EXECZ_COALESCE_NONE;
    fixture_add_spec(self, &spec);
    fixture_advance(self, 3 * EXECZ_MINUTE);
    fixture_expect_events(
        self, "added:a submitted:a*3 started:a started:a started:a executed:a executed:a "
              "executed:a");
    fixture_free(self);
}

Test(dispatch, what_is_later_than_its_grace_is_missed_and_said_so)
{
    fixture *self = running("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=10)";
    spec.function = "tests:ok";
    spec.misfire_grace_time = 30 * EXECZ_SECOND;
    fixture_add_spec(self, &spec);
    fixture_advance(self, 21 * EXECZ_MINUTE);
    fixture_expect_events(self, "added:a missed:a+1");
    fixture_advance(self, 9 * EXECZ_MINUTE);
    fixture_expect_events(self, "submitted:a started:a executed:a");
    fixture_free(self);
}

Test(dispatch, a_task_that_still_runs_is_refused_beyond_max_instances)
{
    fixture *self = running("threadpool");

    fixture_add(self, "a", "interval(minutes=1)", "tests:wait");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "added:a submitted:a started:a max_instances:a");
    fixture_free(self);
}

Test(dispatch, two_instances_are_two_runs)
{
    fixture *self = running("threadpool");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:wait";
    spec.max_instances = 2;
    fixture_add_spec(self, &spec);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "submitted:a started:a ");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "submitted:a started:a submitted:a started:a ");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "max_instances:a");
    fixture_free(self);
}

Test(dispatch, a_task_without_its_executor_is_blocked_and_runs_once_it_is_there)
{
    fixture *self = running(NULL);

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "added:a blocked:a");
    cr_expect(strstr(self->log->str, "there is no executor 'default'") != NULL);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "");
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "executor_added submitted:a+1 started:a executed:a");
    fixture_free(self);
}

Test(dispatch, a_task_without_its_function_is_blocked_with_the_reason)
{
    fixture *self = running("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:okay");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "added:a blocked:a");
    cr_expect(strstr(self->log->str, "ok") != NULL, "%s", self->log->str);
    fixture_free(self);
}

Test(dispatch, a_busy_executor_keeps_nothing_and_loses_nothing)
{
    fixture *self = fixture_new(NULL);
    execz_pair options[] = {{"max_workers", "1"}, {"queue_limit", "1"}};
    execz_scheduler_info info = {.size = sizeof info};

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", options, 2,
                                           NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "blocker", "interval(minutes=1)", "tests:wait");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:blocker");
    fixture_add(self, "b", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "c", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "d", "interval(minutes=1)", "tests:ok");
    (void)fixture_take_events(self);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_SECOND);
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.unfinished, 4), "one runs, one is queued, two are held");
    cr_expect(strstr(self->log->str, "info: executor=default is busy, its tasks wait: 1 runs are "
                                     "queued, which is queue_limit\n") != NULL,
              "%s", self->log->str);
    cr_assert(execz_scheduler_remove_task(self->scheduler, "blocker", NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL) ==
              EXECZ_OK);
    fixture_wait_for(self, "scheduler_shutdown");
    for (const char *const *id = (const char *const[]){"b", "c", "d", "blocker", NULL}; *id != NULL;
         id++) {
        g_autofree char *cancelled = g_strdup_printf("cancelled:%s ", *id);

        cr_expect(strstr(self->events->str, cancelled) != NULL, "%s: %s", *id, self->events->str);
    }
    fixture_free(self);
}

Test(dispatch, a_busy_executor_gets_what_was_held_when_it_is_free)
{
    fixture *self = fixture_new(NULL);
    execz_pair options[] = {{"max_workers", "1"}, {"queue_limit", "1"}};

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", options, 2,
                                           NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    for (int i = 0; i < 50; i++) {
        g_autofree char *id = g_strdup_printf("t%d", i);

        fixture_add(self, id, "date(2027-01-01T00:01:00Z)", "tests:ok");
    }
    fixture_advance(self, EXECZ_MINUTE);
    for (int i = 0; i < 50; i++) {
        g_autofree char *executed = g_strdup_printf("executed:t%d ", i);

        fixture_wait_for(self, executed);
    }
    cr_expect(strstr(self->events->str, "missed") == NULL);
    fixture_free(self);
}

Test(dispatch, running_a_task_by_hand_leaves_its_schedule_alone)
{
    fixture *self = running("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, 59 * EXECZ_SECOND);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "added:a submitted:a started:a executed:a");
    fixture_advance(self, EXECZ_SECOND);
    fixture_expect_events(self, "submitted:a started:a executed:a");
    fixture_free(self);
}

Test(dispatch, what_is_asked_for_by_hand_in_masses_leaves_room_for_schedules)
{
    fixture *self = running("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "b", "interval(hours=1)", "tests:ok");
    fake_clock_advance(&self->clock, EXECZ_MINUTE);
    for (int i = 0; i < 2 * EZ_BATCH; i++) {
        cr_assert(execz_scheduler_run_task(self->scheduler, "b", NULL) == EXECZ_OK);
    }
    execz_scheduler_dispatch(self->scheduler);
    cr_expect(strstr(self->events->str, "submitted:a") != NULL, "in the first pass");
    fixture_free(self);
}

Test(dispatch, a_finished_trigger_takes_its_task_along_with_its_last_run)
{
    fixture *self = running("debug");

    fixture_add(self, "a", "date(2027-01-01T00:01:00Z)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "added:a submitted:a started:a executed:a removed:a");
    cr_expect(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_E_NOT_FOUND);
    fixture_free(self);
}

Test(dispatch, a_step_of_the_clock_backwards_runs_nothing_twice)
{
    fixture *self = running("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "added:a submitted:a started:a executed:a");
    self->clock.now -= EXECZ_HOUR;
    fixture_settle(self);
    fixture_advance(self, EXECZ_HOUR);
    fixture_expect_events(self, "");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "submitted:a started:a executed:a");
    fixture_free(self);
}

/* ---- searches that end early ----------------------------------------------------------------- */

/* Fires every 999 s from 2027 on, which no search finds in its steps. */
#define SPARSE                                                                                     \
    "and(or(interval(seconds=0.999, start_at=2027-01-01)), or(interval(seconds=1, "                \
    "start_at=2027-01-01)))"

static fixture *
with_a_sparse_task(uint32_t coalesce)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    fixture *self = fixture_new("debug");

    spec.id = "a";
    spec.trigger = SPARSE;
    spec.function = "tests:ok";
    spec.coalesce = coalesce;
    spec.misfire_grace_time = -1;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_wait_for(self, "executed:a");
    (void)fixture_take_events(self);
    return self;
}

Test(dispatch, a_sparse_trigger_fires_when_it_is_time)
{
    fixture *self = with_a_sparse_task(EXECZ_COALESCE_LATEST);

    for (int i = 1; i < 999; i++) {
        fixture_advance(self, EXECZ_SECOND);
    }
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""));
    fixture_advance(self, EXECZ_SECOND);
    cr_expect(
        eq(str, (char *)fixture_take_events(self), (char *)"submitted:a started:a executed:a"));
    fixture_free(self);
}

Test(dispatch, what_a_sparse_trigger_has_missed_is_coalesced)
{
    fixture *self = with_a_sparse_task(EXECZ_COALESCE_LATEST);

    fixture_advance(self, 20 * 999 * EXECZ_SECOND + 900 * EXECZ_SECOND);
    cr_expect(
        eq(str, (char *)fixture_take_events(self), (char *)"submitted:a+19 started:a executed:a"));
    fixture_free(self);
}

Test(dispatch, what_a_sparse_trigger_has_missed_is_run_time_by_time)
{
    fixture *self = with_a_sparse_task(EXECZ_COALESCE_NONE);

    fixture_advance(self, 3 * 999 * EXECZ_SECOND + 900 * EXECZ_SECOND);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"submitted:a*3 started:a started:a started:a executed:a executed:a "
                         "executed:a"));
    fixture_free(self);
}

static void
take_next_run(void *user, const execz_task_info *info)
{
    *(execz_time *)user = info->next_run;
}

static execz_time
next_run_of(fixture *self, const char *id)
{
    execz_time next = 0;

    cr_assert(eq(int, execz_scheduler_get_task(self->scheduler, id, take_next_run, &next, NULL),
                 EXECZ_OK));
    return next;
}

Test(dispatch, an_interval_from_the_end_counts_from_the_end_of_each_run)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "deaf", "interval(minutes=5, from=end)", "tests:deaf");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, 5 * EXECZ_MINUTE);
    fixture_wait_for(self, "started:deaf");
    cr_expect(eq(i64, next_run_of(self, "deaf"), EXECZ_TIME_NEVER));
    fixture_advance(self, 12 * EXECZ_MINUTE);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:deaf");
    cr_expect(eq(i64, next_run_of(self, "deaf"), self->clock.now + 5 * EXECZ_MINUTE));
    cr_expect(strstr(self->events->str, "max_instances") == NULL, "%s", self->events->str);
    (void)fixture_take_events(self);
    fixture_advance(self, 5 * EXECZ_MINUTE);
    fixture_wait_for(self, "executed:deaf");
    fixture_free(self);
}

Test(dispatch, an_interval_from_the_end_goes_on_after_what_never_ran)
{
    fixture *self = fixture_new("threadpool");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "late";
    spec.trigger = "interval(minutes=5, from=end)";
    spec.function = "tests:ok";
    spec.misfire_grace_time = EXECZ_SECOND;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, 6 * EXECZ_MINUTE);
    fixture_wait_for(self, "missed:late");
    cr_expect(eq(i64, next_run_of(self, "late"), self->clock.now + 5 * EXECZ_MINUTE));
    fixture_free(self);
}

Test(dispatch, an_interval_that_starts_now_runs_at_once)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "eager", "interval(hours=1, start_at=now)", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_wait_for(self, "executed:eager");
    cr_expect(eq(i64, next_run_of(self, "eager"), self->clock.now + EXECZ_HOUR));
    fixture_free(self);
}
