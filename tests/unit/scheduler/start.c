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
