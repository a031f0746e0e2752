/* SPDX-License-Identifier: MIT */
#include "scheduler/modify.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_task_spec
spec_of(const char *trigger, const char *function)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = trigger;
    spec.function = function;
    return spec;
}

static void
put_spec(fixture *self, const execz_task_spec *spec)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_put_task(self->scheduler, spec, &err) == EXECZ_OK, "%s", err.message);
}

static void
put(fixture *self, const char *trigger, const char *function)
{
    execz_task_spec spec = spec_of(trigger, function);

    put_spec(self, &spec);
}

static execz_time
next_run(fixture *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info.next_run;
}

Test(modify, put_adds_a_task_that_is_not_there_and_replaces_one_that_is)
{
    fixture *self = fixture_new_started("debug");

    put(self, "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"added:a submitted:a started:a executed:a"));
    put(self, "interval(minutes=1)", "tests:fail");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"modified:a submitted:a started:a error:a"));
    fixture_free(self);
}

Test(modify, with_the_same_trigger_the_schedule_goes_on)
{
    fixture *self = fixture_new_started("debug");
    execz_time began = self->clock.now;

    put(self, "interval(hours=1)", "tests:ok");
    fixture_advance(self, 10 * EXECZ_MINUTE);
    put(self, "interval(hours=1)", "tests:fail");
    cr_expect(eq(i64, next_run(self), began + EXECZ_HOUR));
    fixture_settle(self);
    cr_expect(eq(i64, next_run(self), began + EXECZ_HOUR));
    fixture_free(self);
}

Test(modify, with_another_trigger_the_schedule_begins_anew)
{
    fixture *self = fixture_new_started("debug");

    put(self, "interval(hours=1)", "tests:ok");
    fixture_advance(self, 10 * EXECZ_MINUTE);
    put(self, "interval(hours=2)", "tests:ok");
    cr_expect(eq(i64, next_run(self), self->clock.now + 2 * EXECZ_HOUR));
    fixture_free(self);
}

Test(modify, with_another_time_zone_the_schedule_begins_anew)
{
    fixture *self = fixture_new_started("debug");
    execz_time began = self->clock.now; /* midnight in London */
    execz_task_spec spec = spec_of("cron(hour=12)", "tests:ok");

    put_spec(self, &spec);
    cr_expect(eq(i64, next_run(self), began + 12 * EXECZ_HOUR));
    spec.timezone = "Asia/Tokyo";
    put_spec(self, &spec);
    cr_expect(eq(i64, next_run(self), began + 3 * EXECZ_HOUR));
    fixture_free(self);
}

Test(modify, a_task_replaced_twice_before_the_loop_looks_is_the_last)
{
    fixture *self = fixture_new_started("debug");
    execz_time began = self->clock.now;

    put(self, "interval(hours=1)", "tests:ok");
    put(self, "interval(minutes=7)", "tests:ok");
    fake_clock_advance(&self->clock, EXECZ_MINUTE);
    put(self, "interval(minutes=7)", "tests:fail");
    cr_expect(eq(i64, next_run(self), began + 7 * EXECZ_MINUTE), "the phase of the second goes on");
    fixture_advance(self, 6 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"added:a modified:a modified:a submitted:a started:a error:a"));
    fixture_free(self);
}

Test(modify, a_wrong_spec_changes_nothing)
{
    fixture *self = fixture_new_started("debug");
    execz_task_spec wrong = spec_of("interval(hour=1)", "tests:fail");
    execz_error err = EXECZ_ERROR_INIT;

    put(self, "interval(minutes=1)", "tests:ok");
    cr_expect(eq(int, execz_scheduler_put_task(self->scheduler, &wrong, &err), EXECZ_E_PARSE));
    cr_expect(strstr(err.message, "the trigger of task 'a', column 10: ") == err.message, "%s",
              err.message);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"added:a submitted:a started:a executed:a"));
    fixture_free(self);
}

Test(modify, a_task_replaced_before_the_start_begins_with_it)
{
    fixture *self = fixture_new("debug");

    put(self, "interval(minutes=1)", "tests:ok");
    put(self, "interval(minutes=2)", "tests:fail");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, 2 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"added:a modified:a scheduler_started submitted:a started:a error:a"));
    fixture_free(self);
}

Test(modify, a_run_in_flight_goes_on_and_counts)
{
    fixture *self = fixture_new_started("threadpool");

    put(self, "interval(hours=1)", "tests:deaf");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_wait_for(self, "started:a");
    put(self, "interval(hours=1)", "tests:fail");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_wait_for(self, "max_instances:a");
    (void)fixture_take_events(self);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:a");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_wait_for(self, "error:a");
    fixture_free(self);
}

Test(modify, what_waits_for_a_busy_executor_moves_to_the_one_it_is_given)
{
    fixture *self = fixture_new_started(NULL);
    execz_pair options[] = {{"max_workers", "1"}, {"queue_limit", "1"}};
    execz_task_spec spec = spec_of("date(2027-01-01T00:01:00Z)", "tests:ok");

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", options, 2,
                                           NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_add_executor(self->scheduler, "other", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    fixture_add(self, "running", "interval(days=1)", "tests:deaf");
    fixture_add(self, "queued", "interval(days=1)", "tests:ok");
    cr_assert(execz_scheduler_run_task(self->scheduler, "running", NULL) == EXECZ_OK);
    fixture_wait_for(self, "started:running");
    cr_assert(execz_scheduler_run_task(self->scheduler, "queued", NULL) == EXECZ_OK);
    put_spec(self, &spec);
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(strstr(self->events->str, "submitted:a") == NULL, "%s", self->events->str);
    spec.executor = "other";
    put_spec(self, &spec);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "modified:a submitted:a started:a executed:a") != NULL,
              "%s", self->events->str);
    fixture_let_deaf_go();
    fixture_free(self);
}

Test(modify, a_blocked_task_runs_once_it_can)
{
    fixture *self = fixture_new_started("debug");

    put(self, "date(2027-01-01T00:01:00Z)", "tests:nothing");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"added:a blocked:a"));
    put(self, "date(2027-01-01T00:01:00Z)", "tests:ok");
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"modified:a submitted:a started:a executed:a removed:a"));
    fixture_free(self);
}

Test(modify, a_task_can_be_replaced_and_run_at_once)
{
    fixture *self = fixture_new_started("debug");

    put(self, "interval(hours=1)", "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
    put(self, "interval(hours=1)", "tests:fail");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"modified:a submitted:a started:a error:a"));
    fixture_free(self);
}

Test(modify, a_task_replaced_and_removed_is_gone)
{
    fixture *self = fixture_new_started("debug");

    put(self, "interval(minutes=1)", "tests:ok");
    put(self, "interval(minutes=1)", "tests:fail");
    cr_assert(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_HOUR);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"added:a modified:a removed:a"));
    fixture_free(self);
}

static void
replace_it(void *user, const execz_event *event)
{
    (void)event;
    put(user, "interval(minutes=1)", "tests:fail");
}

Test(modify, a_listener_may_replace_the_task_that_is_being_submitted)
{
    fixture *self = fixture_new_started("debug");

    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_SUBMITTED, replace_it, self);
    put(self, "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "executed:a") != NULL, "%s", self->events->str);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "error:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}

Test(modify, rescheduling_leaves_the_rest_of_the_task)
{
    fixture *self = fixture_new_started("debug");
    execz_error err = EXECZ_ERROR_INIT;

    put(self, "interval(hours=1)", "tests:fail");
    cr_expect(execz_scheduler_reschedule_task(self->scheduler, "a", "interval(minutes=2)", NULL,
                                              &err) == EXECZ_OK,
              "%s", err.message);
    fixture_advance(self, 2 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"added:a modified:a submitted:a started:a error:a"));
    cr_expect(eq(i64, next_run(self), self->clock.now + 2 * EXECZ_MINUTE));
    fixture_free(self);
}

Test(modify, rescheduling_tells_what_is_wrong)
{
    fixture *self = fixture_new_started("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int,
                 execz_scheduler_reschedule_task(self->scheduler, "a", "shutdown()", NULL, &err),
                 EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.message, (char *)"there is no task 'a'"));
    put(self, "interval(hours=1)", "tests:ok");
    cr_expect(eq(int, execz_scheduler_reschedule_task(self->scheduler, "a", "never()", NULL, &err),
                 EXECZ_E_PARSE));
    cr_expect(eq(int, execz_scheduler_reschedule_task(self->scheduler, "a", NULL, NULL, &err),
                 EXECZ_E_INVAL));
    cr_expect(eq(str, err.message, (char *)"task 'a' has no trigger"));
    fixture_free(self);
}

static execz_status
rename_while_somebody_else_does(void *user, execz_task_spec *spec, execz_error *err)
{
    fixture *self = user;
    static int calls;

    (void)err;
    if (calls++ == 0) {
        put(self, "interval(minutes=5)", "tests:ok");
    }
    spec->name = "renamed";
    return EXECZ_OK;
}

Test(modify, no_change_is_lost_to_another_at_the_same_time)
{
    fixture *self = fixture_new_started("debug");
    ez_entry *entry;

    put(self, "interval(minutes=1)", "tests:ok");
    cr_assert(ez_modify_task(self->scheduler, "a", rename_while_somebody_else_does, self, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    entry = ez_index_find(&self->scheduler->tasks, "a");
    cr_expect(eq(str, (char *)entry->task->schedule->text, (char *)"interval(minutes=5)"));
    cr_expect(eq(str, (char *)ez_task_name(entry->task), (char *)"renamed"));
    fixture_free(self);
}

static execz_status
give_another_id(void *user, execz_task_spec *spec, execz_error *err)
{
    (void)user;
    (void)err;
    spec->id = "b";
    return EXECZ_OK;
}

Test(modify, the_id_of_a_task_stays)
{
    fixture *self = fixture_new_started("debug");
    execz_error err = EXECZ_ERROR_INIT;

    put(self, "interval(minutes=1)", "tests:ok");
    cr_expect(
        eq(int, ez_modify_task(self->scheduler, "a", give_another_id, NULL, &err), EXECZ_E_INVAL));
    cr_expect(eq(str, err.message, (char *)"the id of task 'a' cannot be changed"));
    fixture_free(self);
}

Test(modify, what_waits_for_a_run_to_end_is_started_once_there_may_be_more)
{
    fixture *self = fixture_new_started("threadpool");
    execz_task_spec spec = spec_of("interval(hours=1)", "tests:deaf");

    spec.overlap = EXECZ_OVERLAP_QUEUE;
    put_spec(self, &spec);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_wait_for(self, "started:a");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    spec.max_instances = 2;
    put_spec(self, &spec);
    fixture_wait_for(self, "submitted:a");
    fixture_let_deaf_go();
    fixture_free(self);
}
