/* SPDX-License-Identifier: MIT */
#include "scheduler/start.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_scheduler_info
info_of(fixture *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info;
}

Test(start, only_the_last_shutdown_of_a_scheduler_started_twice_stops_it)
{
    fixture *self = fixture_new_started("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_expect(eq(u32, info_of(self).starts, 2));
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, 0, &err) ==
              EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(u32, info_of(self).state, EXECZ_STATE_RUNNING));
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""), "nothing was started anew");
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, &err) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(
        all(eq(u32, info_of(self).state, EXECZ_STATE_STOPPED), eq(u32, info_of(self).starts, 0)));
    cr_expect(eq(int, execz_scheduler_shutdown(self->scheduler, 0, -1, &err), EXECZ_E_STATE));
    cr_assert(execz_scheduler_start(self->scheduler, &err) == EXECZ_OK);
    cr_expect(eq(u32, info_of(self).starts, 1), "it begins to count anew");
    fixture_free(self);
}

static const char over_within_a_day[] =
    "interval(minutes=5, start_at=now, end_at=2027-01-01T12:00:00Z)";

Test(start, a_schedule_that_was_over_before_it_could_begin_is_removed)
{
    fixture *self = fixture_new("debug");

    self->clock.now = INT64_C(1798761600) * EXECZ_SECOND; /* 2027 begins */
    fixture_add(self, "a", over_within_a_day, "tests:ok");
    fixture_add(self, "b", "interval(hours=1)", "tests:ok");
    self->clock.now += EXECZ_DAY;
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"added:a added:b removed:a scheduler_started"));
    cr_expect(eq(u64, info_of(self).tasks, 1));
    fixture_free(self);
}

Test(start, a_schedule_that_is_over_when_it_is_added_is_refused)
{
    fixture *self = fixture_new_started("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    self->clock.now = INT64_C(1798761600) * EXECZ_SECOND + EXECZ_DAY;
    spec.id = "a";
    spec.trigger = over_within_a_day;
    spec.function = "tests:ok";
    cr_expect(eq(int, execz_scheduler_add_task(self->scheduler, &spec, &err), EXECZ_E_PARSE));
    cr_expect(ne(ptr, strstr(err.message, "lies before start_at"), NULL), "%s", err.message);
    fixture_free(self);
}

Test(start, a_scheduler_that_shuts_down_cannot_be_started)
{
    fixture *self = fixture_new_started("threadpool");
    execz_error err = EXECZ_ERROR_INIT;

    fixture_add(self, "a", "interval(hours=1)", "tests:wait");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_wait_for(self, "started:a");
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, &err) == EXECZ_OK);
    cr_expect(eq(int, execz_scheduler_start(self->scheduler, &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message,
                 (char *)"the scheduler is shutting down; start it once it has stopped"));
    cr_expect(eq(int, execz_scheduler_run_task(self->scheduler, "a", &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message, (char *)"the scheduler is shutting down"));
    fixture_free(self);
}

Test(start, freeing_a_scheduler_started_twice_stops_it)
{
    fixture *self = fixture_new_started("debug");

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_free(self);
}

/* ---- the default executor -------------------------------------------------------------------- */

/* A scheduler to which nobody has added an executor. */
static fixture *
without_executors(void)
{
    fixture *self = fixture_new(NULL);

    self->scheduler->brings_default = true;
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    return self;
}

static void
start_it(fixture *self)
{
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
}

static void
stop_it(fixture *self)
{
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_wait_for(self, "scheduler_shutdown");
    (void)fixture_take_events(self);
}

Test(start, the_executor_default_is_added_if_nobody_has)
{
    fixture *self = without_executors();

    start_it(self);
    fixture_expect_events(self, "added:a executor_added scheduler_started");
    cr_expect(strstr(self->log->str, "info: executor added executor=default type=asyncio: there "
                                     "was none\n") != NULL,
              "%s", self->log->str);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "executed:a");
    fixture_free(self);
}

Test(start, it_is_added_beside_executors_of_other_aliases)
{
    fixture *self = without_executors();

    cr_assert(execz_scheduler_add_executor(self->scheduler, "x", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    start_it(self);
    fixture_expect_events(self, "added:a executor_added executor_added scheduler_started");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "executed:a");
    fixture_free(self);
}

Test(start, an_executor_default_that_somebody_has_added_is_the_one)
{
    fixture *self = without_executors();

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    start_it(self);
    fixture_expect_events(self, "added:a executor_added scheduler_started");
    cr_expect(
        eq(str,
           (char *)ez_executor_type(ez_scheduler_find_place(self->scheduler, "default")->executor),
           (char *)"debug"));
    fixture_free(self);
}

Test(start, the_executor_default_is_added_once_for_all_starts)
{
    fixture *self = without_executors();

    start_it(self);
    stop_it(self);
    start_it(self);
    fixture_expect_events(self, "scheduler_started");
    fixture_free(self);
}

Test(start, one_that_was_removed_comes_back_with_the_next_start_only)
{
    fixture *self = without_executors();

    start_it(self);
    cr_assert(execz_scheduler_remove_executor(self->scheduler, "default", 0, NULL) == EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "blocked:a");
    stop_it(self);
    start_it(self);
    fixture_expect_events(self, "executor_added scheduler_started");
    fixture_free(self);
}

Test(start, without_the_plugin_its_tasks_are_blocked_and_tell_where_it_was_looked_for)
{
    fixture *self = without_executors();

    ez_catalog_free(self->scheduler->catalog);
    self->scheduler->catalog = ez_catalog_new(&(ez_catalog_settings){.builtin_dir = "/nowhere"});
    start_it(self);
    fixture_expect_events(self, "added:a scheduler_started");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "blocked:a");
    cr_expect(strstr(self->log->str, "warning: task blocked task=a: there is no executor "
                                     "'default', and none could be added: ") != NULL,
              "%s", self->log->str);
    cr_expect(strstr(self->log->str, "/nowhere") != NULL, "%s", self->log->str);
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default",
                                           EXECZ_TEST_BUNDLED_DIR "/debug.so", NULL, 0,
                                           NULL) == EXECZ_OK);
    fixture_wait_for(self, "executed:a");
    fixture_free(self);
}
