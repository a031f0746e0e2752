/* SPDX-License-Identifier: MIT */
#include "scheduler/pause.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
pause_until(fixture *self, const char *reason, execz_time until)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_pause_task(self->scheduler, "a", reason, until, &err) == EXECZ_OK,
              "%s", err.message);
}

static void
resume(fixture *self)
{
    cr_assert(execz_scheduler_resume_task(self->scheduler, "a", NULL) == EXECZ_OK);
}

static execz_scheduler_info
info_of(fixture *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info;
}

static fixture *
with_task(const char *trigger)
{
    fixture *self = fixture_new_started("debug");

    fixture_add(self, "a", trigger, "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
    return self;
}

/* ---- tasks ----------------------------------------------------------------------------------- */

Test(pause, a_paused_task_has_no_next_run)
{
    fixture *self = with_task("interval(minutes=10)");

    pause_until(self, NULL, EXECZ_TIME_NEVER);
    cr_expect(all(eq(u64, info_of(self).paused, 1), eq(u64, info_of(self).scheduled, 0)));
    cr_expect(eq(i64, info_of(self).next_run, EXECZ_TIME_NEVER));
    fixture_advance(self, EXECZ_DAY);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"modified:a"));
    fixture_free(self);
}

Test(pause, what_was_missed_is_not_made_up_and_the_phase_stays)
{
    fixture *self = with_task("interval(minutes=10)");
    execz_time began = self->clock.now;

    pause_until(self, NULL, EXECZ_TIME_NEVER);
    fixture_advance(self, 35 * EXECZ_MINUTE);
    (void)fixture_take_events(self);
    resume(self);
    cr_expect(all(eq(u64, info_of(self).paused, 0), eq(u64, info_of(self).scheduled, 1)));
    cr_expect(eq(i64, info_of(self).next_run, began + 40 * EXECZ_MINUTE));
    fixture_advance(self, 5 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"modified:a submitted:a started:a executed:a"));
    fixture_free(self);
}

Test(pause, a_task_resumes_by_itself)
{
    fixture *self = with_task("interval(minutes=10)");
    execz_time began = self->clock.now;

    pause_until(self, "disk is full", began + 25 * EXECZ_MINUTE);
    fixture_advance(self, 24 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"modified:a"));
    cr_expect(eq(i64, self->scheduler->loop.armed_wall, began + 25 * EXECZ_MINUTE),
              "the loop wakes for it");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"modified:a"));
    cr_expect(eq(i64, info_of(self).next_run, began + 30 * EXECZ_MINUTE));
    fixture_free(self);
}

Test(pause, what_came_due_after_the_end_of_the_pause_is_made_up)
{
    fixture *self = with_task("interval(minutes=10)");

    pause_until(self, NULL, self->clock.now + 20 * EXECZ_MINUTE);
    fake_clock_advance(&self->clock, 45 * EXECZ_MINUTE); /* the machine sleeps */
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"modified:a modified:a submitted:a+2 started:a executed:a"));
    fixture_free(self);
}

Test(pause, a_task_that_has_nothing_ahead_when_it_resumes_is_removed)
{
    fixture *self = with_task("date(2027-01-01T00:10:00Z)");

    pause_until(self, NULL, EXECZ_TIME_NEVER);
    fixture_advance(self, EXECZ_HOUR);
    (void)fixture_take_events(self);
    resume(self);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"modified:a removed:a"));
    fixture_free(self);
}

Test(pause, a_second_pause_has_another_end)
{
    fixture *self = with_task("interval(minutes=10)");
    execz_time began = self->clock.now;
    ez_entry *entry = ez_index_find(&self->scheduler->tasks, "a");

    pause_until(self, "first", began + EXECZ_MINUTE);
    pause_until(self, "second", EXECZ_TIME_NEVER);
    fixture_advance(self, EXECZ_HOUR);
    cr_expect(eq(u64, info_of(self).paused, 1));
    cr_expect(eq(str, ez_pause_find_locked(self->scheduler, entry)->reason, (char *)"second"));
    fixture_free(self);
}

Test(pause, a_paused_task_can_be_run_by_hand)
{
    fixture *self = with_task("interval(minutes=10)");

    pause_until(self, NULL, EXECZ_TIME_NEVER);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"modified:a submitted:a started:a executed:a"));
    fixture_free(self);
}

Test(pause, a_task_paused_before_the_start_stays_so)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=10)", "tests:ok");
    pause_until(self, NULL, EXECZ_TIME_NEVER);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_HOUR);
    cr_expect(
        eq(str, (char *)fixture_take_events(self), (char *)"added:a modified:a scheduler_started"));
    resume(self);
    fixture_advance(self, 10 * EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "executed:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}

Test(pause, a_task_paused_and_resumed_before_the_start_begins_with_it)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=10)", "tests:ok");
    pause_until(self, NULL, EXECZ_TIME_NEVER);
    resume(self);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, 10 * EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "executed:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}

Test(pause, a_pause_outlasts_a_restart_and_a_replacement)
{
    fixture *self = with_task("interval(minutes=10)");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    pause_until(self, NULL, EXECZ_TIME_NEVER);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:ok";
    cr_assert(execz_scheduler_put_task(self->scheduler, &spec, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_HOUR);
    cr_expect(eq(u64, info_of(self).paused, 1));
    cr_expect(strstr(self->events->str, "submitted:a") == NULL, "%s", self->events->str);
    resume(self);
    cr_expect(eq(i64, info_of(self).next_run, self->clock.now), "the phase of the new one");
    fixture_free(self);
}

Test(pause, a_paused_task_can_be_removed)
{
    fixture *self = with_task("interval(minutes=10)");

    pause_until(self, NULL, self->clock.now + EXECZ_HOUR);
    cr_assert(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_DAY);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"modified:a removed:a"));
    cr_expect(eq(u64, info_of(self).paused, 0));
    fixture_free(self);
}

Test(pause, a_task_that_is_not_paused_is_left_alone_by_resume)
{
    fixture *self = with_task("interval(minutes=10)");
    execz_time next = info_of(self).next_run;

    fixture_advance(self, EXECZ_MINUTE);
    resume(self);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""));
    cr_expect(eq(i64, info_of(self).next_run, next));
    fixture_free(self);
}

Test(pause, what_is_wrong_with_a_pause_is_told)
{
    fixture *self = with_task("interval(minutes=10)");
    g_autofree char *reason = g_strnfill(EXECZ_PAUSE_REASON_MAX + 1, 'x');
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int,
                 execz_scheduler_pause_task(self->scheduler, "b", NULL, EXECZ_TIME_NEVER, &err),
                 EXECZ_E_NOT_FOUND));
    cr_expect(eq(int, execz_scheduler_resume_task(self->scheduler, "b", &err), EXECZ_E_NOT_FOUND));
    cr_expect(eq(int,
                 execz_scheduler_pause_task(self->scheduler, "a", reason, EXECZ_TIME_NEVER, &err),
                 EXECZ_E_LIMIT));
    cr_expect(eq(str, err.message,
                 (char *)"the reason for pausing task 'a' has 4097 bytes; the limit is 4096"));
    cr_expect(eq(int, execz_scheduler_pause_task(self->scheduler, "a", NULL, self->clock.now, &err),
                 EXECZ_E_INVAL));
    cr_expect(eq(u64, info_of(self).paused, 0));
    fixture_free(self);
}

/* ---- the scheduler --------------------------------------------------------------------------- */

Test(pause, while_the_scheduler_is_paused_nothing_is_due_and_then_all_of_it_is)
{
    fixture *self = with_task("interval(minutes=10)");

    cr_assert(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    cr_expect(eq(u32, info_of(self).state, EXECZ_STATE_PAUSED));
    fixture_advance(self, 35 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"scheduler_paused"));
    cr_expect(eq(i64, self->scheduler->loop.armed_wall, EXECZ_TIME_NEVER), "nothing to wake for");
    cr_assert(execz_scheduler_resume(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"scheduler_resumed submitted:a+2 started:a executed:a"));
    fixture_free(self);
}

Test(pause, what_is_too_late_when_the_scheduler_resumes_is_missed)
{
    fixture *self = with_task("date(2027-01-01T00:10:00Z)");

    cr_assert(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_DAY);
    cr_assert(execz_scheduler_resume(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"scheduler_paused scheduler_resumed missed:a removed:a"));
    fixture_free(self);
}

Test(pause, a_task_runs_by_hand_while_the_scheduler_is_paused)
{
    fixture *self = with_task("interval(minutes=10)");

    cr_assert(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"scheduler_paused submitted:a started:a executed:a"));
    fixture_free(self);
}

Test(pause, a_second_pause_or_resume_of_the_scheduler_does_nothing)
{
    fixture *self = fixture_new_started("debug");

    cr_expect(execz_scheduler_resume(self->scheduler, NULL) == EXECZ_OK);
    cr_expect(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    cr_expect(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"scheduler_paused"));
    fixture_free(self);
}

Test(pause, a_scheduler_that_does_not_run_is_not_paused)
{
    fixture *self = fixture_new("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, execz_scheduler_pause(self->scheduler, &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message, (char *)"the scheduler does not run"));
    cr_expect(eq(int, execz_scheduler_resume(self->scheduler, &err), EXECZ_E_STATE));
    fixture_free(self);
}

Test(pause, a_scheduler_started_paused_runs_nothing_until_it_is_resumed)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=10)", "tests:ok");
    cr_assert(execz_scheduler_start_paused(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, 10 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"added:a scheduler_started scheduler_paused"));
    cr_assert(execz_scheduler_resume(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "executed:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}

Test(pause, a_paused_scheduler_can_be_shut_down)
{
    fixture *self = with_task("shutdown()");

    cr_assert(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "executed:a") != NULL, "%s", self->events->str);
    cr_expect(eq(u32, info_of(self).state, EXECZ_STATE_STOPPED));
    fixture_free(self);
}

Test(pause, a_clock_set_back_does_not_bring_a_run_time_twice)
{
    fixture *self = with_task("interval(minutes=10)");
    execz_time began = self->clock.now;

    fixture_advance(self, 10 * EXECZ_MINUTE);
    (void)fixture_take_events(self);
    pause_until(self, NULL, EXECZ_TIME_NEVER);
    self->clock.now = began + 5 * EXECZ_MINUTE;
    resume(self);
    cr_expect(eq(i64, info_of(self).next_run, began + 20 * EXECZ_MINUTE));
    fixture_free(self);
}
