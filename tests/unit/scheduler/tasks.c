/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <string.h>

#include <execz/query.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_status
add(fixture *self, const char *id, const char *trigger, execz_error *err)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = trigger;
    spec.shell = "true";
    return execz_scheduler_add_task(self->scheduler, &spec, err);
}

Test(tasks, an_id_is_taken_once)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(add(self, "a", "interval(hours=1)", &err) == EXECZ_OK);
    cr_expect(eq(int, add(self, "a", "interval(hours=1)", &err), EXECZ_E_EXISTS));
    cr_expect(eq(str, err.message, (char *)"there is a task 'a' already"));
    fixture_free(self);
}

Test(tasks, a_wrong_trigger_is_told_with_task_and_column)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, add(self, "a", "interval(hour=1)", &err), EXECZ_E_PARSE));
    cr_expect(strstr(err.message, "the trigger of task 'a', column 10: ") == err.message, "%s",
              err.message);
    fixture_free(self);
}

Test(tasks, a_removed_task_runs_no_more)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
    cr_expect(execz_scheduler_remove_task(self->scheduler, "a", &err) == EXECZ_OK);
    fixture_advance(self, EXECZ_HOUR);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"removed:a"));
    cr_expect(eq(int, execz_scheduler_remove_task(self->scheduler, "a", &err), EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.message, (char *)"there is no task 'a'"));
    fixture_free(self);
}

Test(tasks, removing_a_task_ends_what_it_has_waiting)
{
    fixture *self = fixture_new(NULL);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    (void)fixture_take_events(self);
    cr_expect(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "cancelled:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}

Test(tasks, all_are_removed_with_one_event)
{
    fixture *self = fixture_new_started("debug");
    execz_scheduler_info info = {.size = sizeof info};
    uint64_t n = 0;

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "b", "interval(minutes=1)", "tests:nothing");
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(strstr(self->events->str, "blocked:b") != NULL, "%s", self->events->str);
    (void)fixture_take_events(self);
    cr_expect(execz_scheduler_remove_all_tasks(self->scheduler, NULL, &n, NULL) == EXECZ_OK);
    cr_expect(eq(u64, n, 2));
    fixture_advance(self, EXECZ_HOUR);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"cancelled:b all_tasks_removed"),
              "what waited has its end");
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(all(eq(u64, info.tasks, 0), eq(u64, info.blocked, 0), eq(u64, info.scheduled, 0)));
    fixture_free(self);
}

Test(tasks, all_that_are_removed_leave_nothing_behind_for_those_that_come)
{
    fixture *self = fixture_new_running();
    execz_scheduler_info info = {.size = sizeof info};

    fixture_add(self, "idle", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "paused", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "blocked", "interval(seconds=1)", "tests:nothing");
    fixture_advance(self, EXECZ_SECOND);
    cr_assert(execz_scheduler_pause_task(self->scheduler, "paused", NULL,
                                         self->clock.now + EXECZ_MINUTE, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_remove_all_tasks(self->scheduler, NULL, NULL, NULL) == EXECZ_OK);
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(all(eq(u64, info.tasks, 0), eq(u64, info.paused, 0), eq(u64, info.blocked, 0)));
    fixture_settle(self);
    (void)fixture_take_events(self);
    fixture_add(self, "long", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "paused", "interval(minutes=2)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "executed:long");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "executed:paused");
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(all(eq(u64, info.tasks, 2), eq(u64, info.scheduled, 2)));
    fixture_free(self);
}

Test(tasks, some_are_removed_with_an_event_each)
{
    fixture *self = fixture_new_started("debug");
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;
    uint64_t n = 0;

    fixture_add(self, "nightly.a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "hourly.b", "interval(minutes=1)", "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
    filter.prefix = "nightly.";
    cr_expect(execz_scheduler_remove_all_tasks(self->scheduler, &filter, &n, NULL) == EXECZ_OK);
    cr_expect(eq(u64, n, 1));
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"removed:nightly.a"));
    fixture_free(self);
}

Test(tasks, nothing_is_removed_by_a_wrong_filter)
{
    fixture *self = fixture_new_started("debug");
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    uint64_t n = 7;

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    filter.states = 1u << 31;
    cr_expect(eq(int, execz_scheduler_remove_all_tasks(self->scheduler, &filter, &n, &err),
                 EXECZ_E_INVAL));
    cr_expect(all(eq(u64, n, 7), eq(sz, self->scheduler->tasks.length, 1)));
    fixture_free(self);
}

Test(tasks, nothing_is_run_by_hand_while_stopped)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    cr_expect(eq(int, execz_scheduler_run_task(self->scheduler, "a", NULL), EXECZ_E_STATE));
    fixture_free(self);
}

Test(tasks, a_run_asked_for_by_hand_of_a_task_removed_since_is_cancelled)
{
    fixture *self = fixture_new(NULL);
    execz_scheduler_info info = {.size = sizeof info};

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "cancelled:a") != NULL, "%s", self->events->str);
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(all(eq(u64, info.unfinished, 0), eq(u64, info.blocked, 0)));
    fixture_free(self);
}

static void
note_run_time(void *user, const execz_event *event)
{
    g_array_append_val((GArray *)user, event->run_times[0]);
}

Test(tasks, two_runs_asked_for_by_hand_at_once_have_different_run_times)
{
    fixture *self = fixture_new_started("debug");
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(execz_time));
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(hours=1)";
    spec.function = "tests:ok";
    spec.max_instances = 2;
    fixture_add_spec(self, &spec);
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_EXECUTED, note_run_time,
                                       times);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_assert(eq(uint, times->len, 2));
    cr_expect(ne(i64, g_array_index(times, execz_time, 0), g_array_index(times, execz_time, 1)));
    fixture_free(self);
}

Test(tasks, runs_are_asked_for_by_hand_up_to_a_limit_until_the_loop_comes_to_them)
{
    fixture *self = fixture_new_started(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    for (int i = 0; i < EXECZ_RUN_REQUESTS_MAX; i++) {
        cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    }
    cr_expect(eq(int, execz_scheduler_run_task(self->scheduler, "a", &err), EXECZ_E_LIMIT));
    cr_expect(strstr(err.message, "100000 runs were asked for") != NULL, "%s", err.message);
    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_WAITING, NULL) ==
              EXECZ_OK);
    execz_scheduler_dispatch(self->scheduler);
    cr_expect(eq(int, execz_scheduler_run_task(self->scheduler, "a", &err), EXECZ_OK));
    fixture_free(self);
}
