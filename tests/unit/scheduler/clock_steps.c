/* SPDX-License-Identifier: MIT */
/* A clock that is set while a scheduler runs: each run time is run at most once, whatever the clock
 * shows afterwards, and a leap causes no more runs than being late would. */
#include "fixture.h"

#include <stdlib.h>
#include <time.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture *self;

static void
begin(void)
{
    self = fixture_new("debug");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
}

static void
end(void)
{
    fixture_free(self);
}

TestSuite(clock_steps, .init = begin, .fini = end);

/* Somebody sets the clock; hardly any time passes. */
static void
set_clock(execz_duration by)
{
    self->clock.now += by;
    self->clock.monotonic += EXECZ_MILLISECOND;
    fixture_settle(self);
}

static void
expect_events(const char *expected)
{
    const char *events = fixture_take_events(self);

    cr_expect(eq(str, (char *)events, (char *)expected));
}

static execz_time
next_run(void)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info.next_run;
}

static void
add(const char *trigger)
{
    fixture_add(self, "a", trigger, "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
}

Test(clock_steps, forward_by_an_hour_runs_once_what_lies_between)
{
    add("interval(minutes=10)");
    set_clock(EXECZ_HOUR);
    expect_events("submitted:a+5 started:a executed:a");
    fixture_advance(self, 9 * EXECZ_MINUTE);
    expect_events("");
    fixture_advance(self, EXECZ_MINUTE);
    expect_events("submitted:a started:a executed:a");
}

Test(clock_steps, forward_by_a_year_is_no_burst)
{
    add("interval(minutes=1)");
    set_clock(365 * EXECZ_DAY);
    expect_events("submitted:a+525599 started:a executed:a");
    cr_expect(eq(i64, next_run(), self->clock.now + EXECZ_MINUTE));
}

Test(clock_steps, forward_beyond_the_grace_time_is_missed_and_told)
{
    add("cron(month=6, day=1, hour=12)");
    set_clock(365 * EXECZ_DAY);
    expect_events("missed:a");
    fixture_advance(self, 152 * EXECZ_DAY + 12 * EXECZ_HOUR); /* 2028 is a leap year */
    expect_events("submitted:a started:a executed:a");
}

Test(clock_steps, without_coalescing_a_leap_is_bounded)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(seconds=1)";
    spec.function = "tests:ok";
    spec.coalesce = EXECZ_COALESCE_NONE;
    fixture_add_spec(self, &spec);
    fixture_settle(self);
    (void)fixture_take_events(self);
    set_clock(365 * EXECZ_DAY);
    cr_expect(g_str_has_prefix(self->events->str, "missed:a+"), "%s", self->events->str);
    cr_expect(strstr(self->events->str, "submitted:a*100 ") != NULL, "%s", self->events->str);
}

Test(clock_steps, back_by_an_hour_runs_nothing_twice)
{
    execz_time first = self->clock.now;

    add("interval(minutes=10)");
    fixture_advance(self, EXECZ_HOUR);
    expect_events("submitted:a+5 started:a executed:a");
    set_clock(-EXECZ_HOUR);
    fixture_advance(self, EXECZ_HOUR);
    expect_events("");
    cr_expect(eq(i64, next_run(), first + 70 * EXECZ_MINUTE));
    fixture_advance(self, 10 * EXECZ_MINUTE);
    expect_events("submitted:a started:a executed:a");
}

Test(clock_steps, back_by_a_year_waits_for_the_next_run_time)
{
    add("interval(hours=24)");
    set_clock(-365 * EXECZ_DAY);
    fixture_advance(self, 365 * EXECZ_DAY);
    expect_events("");
    fixture_advance(self, EXECZ_DAY);
    expect_events("submitted:a started:a executed:a");
}

/* What is added after the clock was set back goes by the new time. */
Test(clock_steps, after_a_step_back_new_tasks_count_from_the_new_time)
{
    set_clock(-365 * EXECZ_DAY);
    add("interval(minutes=10)");
    cr_expect(eq(i64, next_run(), self->clock.now + 10 * EXECZ_MINUTE));
    fixture_advance(self, 10 * EXECZ_MINUTE);
    expect_events("submitted:a started:a executed:a");
}

Test(clock_steps, there_and_back_again_runs_each_time_once)
{
    add("interval(minutes=10)");
    set_clock(20 * EXECZ_MINUTE);
    expect_events("submitted:a+1 started:a executed:a");
    set_clock(-20 * EXECZ_MINUTE);
    fixture_advance(self, 20 * EXECZ_MINUTE);
    expect_events("");
    fixture_advance(self, 10 * EXECZ_MINUTE);
    expect_events("submitted:a started:a executed:a");
}

/* To a scheduler a suspended machine is a clock that was set forward. */
Test(clock_steps, a_night_of_suspend_runs_once)
{
    add("interval(hours=1)");
    set_clock(9 * EXECZ_HOUR + 5 * EXECZ_MINUTE);
    expect_events("submitted:a+8 started:a executed:a");
}

Test(clock_steps, another_time_zone_of_the_machine_changes_nothing)
{
    (void)fixture_take_events(self);
    fixture_add(self, "a", "cron(hour=9)",
                "tests:ok"); /* it is midnight in UTC, which is its zone */
    cr_assert(zero(int, setenv("TZ", "Asia/Tokyo", 1)));
    tzset();
    fixture_add(self, "b", "cron(hour=9)", "tests:ok");
    fixture_advance(self, 9 * EXECZ_HOUR - 1);
    fixture_expect_events(self, "added:a added:b");
    fixture_advance(self, 1);
    fixture_expect_events(self,
                          "submitted:a submitted:b started:a executed:a started:b executed:b");
}

Test(clock_steps, a_schedule_begins_anew_where_somebody_wants_it_to)
{
    add("interval(minutes=10)");
    fixture_advance(self, EXECZ_HOUR);
    (void)fixture_take_events(self);
    set_clock(-365 * EXECZ_DAY);
    cr_assert(execz_scheduler_reschedule_task(self->scheduler, "a", "interval(minutes=11)", NULL,
                                              NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(i64, next_run(), self->clock.now + 11 * EXECZ_MINUTE));
}
