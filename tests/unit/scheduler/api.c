/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <string.h>

#include <execz/execz.h>

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

Test(api, an_id_is_taken_once)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(add(self, "a", "interval(hours=1)", &err) == EXECZ_OK);
    cr_expect(eq(int, add(self, "a", "interval(hours=1)", &err), EXECZ_E_EXISTS));
    cr_expect(eq(str, err.message, (char *)"there is a task 'a' already"));
    fixture_free(self);
}

Test(api, a_wrong_trigger_is_told_with_task_and_column)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, add(self, "a", "interval(hour=1)", &err), EXECZ_E_PARSE));
    cr_expect(strstr(err.message, "the trigger of task 'a', column 10: ") == err.message, "%s",
              err.message);
    fixture_free(self);
}

Test(api, an_unknown_executor_type_tells_where_was_looked)
{
    fixture *self = fixture_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int,
                 execz_scheduler_add_executor(self->scheduler, "x", "threadpol", NULL, 0, &err),
                 EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.code, (char *)"P101"));
    cr_expect(strstr(err.message, EXECZ_TEST_BUNDLED_DIR) != NULL, "%s", err.message);
    fixture_free(self);
}

Test(api, options_are_checked_before_anything_starts)
{
    fixture *self = fixture_new(NULL);
    execz_pair unknown = {"max_worker", "3"};
    execz_pair range = {"max_workers", "0"};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, execz_scheduler_add_executor(self->scheduler, "x", "pool", &unknown, 1, &err),
                 EXECZ_E_CONFIG));
    cr_expect(strstr(err.message, "max_workers") != NULL, "%s", err.message);
    cr_expect(eq(int, execz_scheduler_add_executor(self->scheduler, "x", "pool", &range, 1, &err),
                 EXECZ_E_CONFIG));
    cr_expect(execz_scheduler_add_executor(self->scheduler, "x", "pool", NULL, 0, &err) ==
              EXECZ_OK);
    cr_expect(eq(int, execz_scheduler_add_executor(self->scheduler, "x", "pool", NULL, 0, &err),
                 EXECZ_E_EXISTS));
    fixture_free(self);
}

Test(api, a_removed_task_runs_no_more)
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

Test(api, removing_a_task_ends_what_it_has_waiting)
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

Test(api, nothing_is_run_by_hand_while_stopped)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    cr_expect(eq(int, execz_scheduler_run_task(self->scheduler, "a", NULL), EXECZ_E_STATE));
    fixture_free(self);
}

Test(api, the_figures_tell_what_is_ahead)
{
    fixture *self = fixture_new(NULL);
    execz_scheduler_info info = {.size = sizeof info};

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "b", "interval(minutes=2)", "tests:ok");
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.tasks, 2));
    cr_expect(eq(u64, info.scheduled, 2));
    cr_expect(eq(i64, info.next_run, self->clock.now + EXECZ_MINUTE));
    cr_expect(eq(u32, info.state, EXECZ_STATE_RUNNING));
    fixture_advance(self, EXECZ_MINUTE);
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.blocked, 1));
    fixture_free(self);
}

Test(api, an_older_caller_gets_the_part_of_the_figures_it_knows)
{
    fixture *self = fixture_new(NULL);
    execz_scheduler_info info = {.size = offsetof(execz_scheduler_info, scheduled)};

    info.scheduled = 77;
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.tasks, 1));
    cr_expect(eq(u64, info.scheduled, 77));
    fixture_free(self);
}

Test(api, the_library_tells_its_version)
{
    cr_expect(eq(str, (char *)execz_version(), (char *)EXECZ_VERSION));
}

Test(api, a_run_asked_for_by_hand_of_a_task_removed_since_is_cancelled)
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

Test(api, a_task_that_waits_for_a_function_of_the_program_runs_once_it_is_there)
{
    fixture *self = fixture_new("debug");
    const execz_function *ok = ez_modules_resolve(self->scheduler->modules, "tests:ok", NULL);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "date(2027-01-01T00:01:00Z)", "late:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "blocked:a") != NULL, "%s", self->events->str);
    cr_assert(execz_scheduler_add_functions(self->scheduler, "late", &ok, 1, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "executed:a removed:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}
