/* SPDX-License-Identifier: MIT */
#include "scheduler/overlap.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* A task "a" of this overlap that is due each minute and runs since the first of them. */
static fixture *
with_a_run(uint32_t overlap, uint32_t limit, const char *function)
{
    fixture *self = fixture_new("threadpool");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = function;
    spec.overlap = overlap;
    spec.overlap_limit = limit;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    (void)fixture_take_events(self);
    return self;
}

static void
cancel_run(void *user, ez_run *run)
{
    (void)user;
    ez_executor_cancel(run->executor, run);
}

static void
cancel_what_runs(fixture *self)
{
    ez_runs_foreach(self->scheduler->runs, cancel_run, NULL);
}

static uint64_t
count_unfinished(fixture *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info.unfinished;
}

/* ---- queue ----------------------------------------------------------------------------------- */

Test(overlap, a_queue_keeps_as_many_run_times_as_it_may_and_refuses_the_next)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_QUEUE, 2, "tests:wait");

    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "");
    cr_expect(eq(u64, count_unfinished(self), 3));
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "max_instances:a");
    cr_expect(eq(u64, count_unfinished(self), 3));
    fixture_free(self);
}

Test(overlap, what_is_queued_starts_one_by_one_when_a_run_ends)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_QUEUE, 2, "tests:wait");

    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_MINUTE);
    cancel_what_runs(self);
    fixture_wait_for(self, "cancelled:a submitted:a started:a");
    cr_expect(eq(u64, count_unfinished(self), 2));
    cancel_what_runs(self);
    fixture_wait_for(self, "cancelled:a submitted:a started:a cancelled:a submitted:a started:a");
    cr_expect(eq(u64, count_unfinished(self), 1));
    fixture_free(self);
}

static void
note_run_time(void *user, const execz_event *event)
{
    g_array_append_val(user, event->run_times[0]);
}

Test(overlap, what_is_queued_keeps_its_order_and_its_run_times)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_QUEUE, 3, "tests:deaf");
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(execz_time));

    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_EXECUTED, note_run_time,
                                       times);
    for (int i = 0; i < 3; i++) {
        fixture_advance(self, EXECZ_MINUTE);
    }
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:a submitted:a started:a executed:a submitted:a started:a "
                           "executed:a submitted:a started:a executed:a");
    cr_assert(eq(uint, times->len, 4));
    for (guint i = 1; i < times->len; i++) {
        cr_expect(eq(i64, g_array_index(times, execz_time, i),
                     g_array_index(times, execz_time, i - 1) + EXECZ_MINUTE));
    }
    fixture_free(self);
}

Test(overlap, run_times_that_come_together_are_queued_as_far_as_there_is_room)
{
    fixture *self = fixture_new("threadpool");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:wait";
    spec.coalesce = EXECZ_COALESCE_NONE;
    spec.overlap = EXECZ_OVERLAP_QUEUE;
    spec.overlap_limit = 2;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    (void)fixture_take_events(self);
    fixture_advance(self, 4 * EXECZ_MINUTE);
    fixture_expect_events(self, "max_instances:a*2");
    fixture_free(self);
}

Test(overlap, a_run_by_hand_is_queued_too)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_QUEUE, 0, "tests:wait");

    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "max_instances:a");
    fixture_free(self);
}

Test(overlap, what_has_waited_longer_than_its_grace_is_missed)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_QUEUE, 1, "tests:deaf");

    fixture_advance(self, EXECZ_MINUTE);
    fake_clock_advance(&self->clock, 2 * EXECZ_HOUR);
    fixture_let_deaf_go();
    fixture_wait_for(self, "missed:a");
    fixture_free(self);
}

Test(overlap, removing_a_task_cancels_what_is_queued)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_QUEUE, 2, "tests:wait");

    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a cancelled:a removed:a");
    cr_expect(eq(u64, count_unfinished(self), 1));
    fixture_free(self);
}

Test(overlap, a_shutdown_cancels_what_is_queued)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_QUEUE, 2, "tests:wait");

    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a");
    fixture_free(self);
}

Test(overlap, a_task_that_is_over_stays_until_its_queue_is_empty)
{
    fixture *self = fixture_new("threadpool");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1, end_at=2027-01-01T00:02:00Z)";
    spec.function = "tests:deaf";
    spec.overlap = EXECZ_OVERLAP_QUEUE;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    fixture_advance(self, EXECZ_MINUTE);
    (void)fixture_take_events(self);
    fixture_let_deaf_go();
    fixture_wait_for(self, "removed:a");
    fixture_expect_events(self, "executed:a submitted:a started:a executed:a removed:a");
    fixture_free(self);
}

static guint
count_events(const fixture *self, const char *event)
{
    g_auto(GStrv) parts = g_strsplit(self->events->str, event, -1);

    return g_strv_length(parts) - 1;
}

/* The pool has one worker and one place, which others take when the run of "a" ends. */
Test(overlap, what_is_queued_behind_a_busy_executor_is_not_lost)
{
    fixture *self = fixture_new(NULL);
    const execz_pair options[] = {{"max_workers", "1"}, {"queue_limit", "1"}};
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", options, 2,
                                           NULL) == EXECZ_OK);
    spec.id = "a";
    spec.trigger = "interval(minutes=1, end_at=2027-01-01T00:04:00Z)";
    spec.function = "tests:deaf";
    spec.overlap = EXECZ_OVERLAP_QUEUE;
    spec.overlap_limit = 5;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    fixture_add(self, "b", "date(2027-01-01T00:01:30Z)", "tests:ok");
    fixture_add(self, "c", "date(2027-01-01T00:01:30Z)", "tests:ok");
    for (int i = 0; i < 3; i++) {
        fixture_advance(self, EXECZ_MINUTE);
    }
    fixture_let_deaf_go();
    fixture_wait_for(self, "removed:a");
    fixture_wait_for(self, "removed:b");
    fixture_wait_for(self, "removed:c");
    cr_expect(all(eq(uint, count_events(self, "executed:a "), 4),
                  eq(uint, count_events(self, "executed:b "), 1),
                  eq(uint, count_events(self, "executed:c "), 1)));
    cr_expect(eq(u64, count_unfinished(self), 0));
    fixture_free(self);
}

/* ---- replace --------------------------------------------------------------------------------- */

Test(overlap, what_replaces_cancels_the_run_and_starts_when_that_has_ended)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_REPLACE, 0, "tests:wait");

    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "cancelled:a submitted:a started:a");
    fixture_expect_events(self, "cancelled:a submitted:a started:a");
    fixture_free(self);
}

Test(overlap, what_replaces_a_run_that_does_not_end_is_replaced_in_its_turn)
{
    fixture *self = with_a_run(EXECZ_OVERLAP_REPLACE, 0, "tests:deaf");

    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_expect_events(self, "cancelled:a");
    cr_expect(eq(u64, count_unfinished(self), 2));
    fixture_let_deaf_go();
    fixture_wait_for(self, "submitted:a started:a executed:a");
    fixture_free(self);
}

static void
note_run(void *user, const execz_event *event)
{
    g_array_append_val(user, event->run);
}

Test(overlap, of_several_runs_the_oldest_is_replaced)
{
    fixture *self = fixture_new("threadpool");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    g_autoptr(GArray) submitted = g_array_new(FALSE, FALSE, sizeof(execz_run));
    g_autoptr(GArray) cancelled = g_array_new(FALSE, FALSE, sizeof(execz_run));

    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_SUBMITTED, note_run,
                                       submitted);
    (void)execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_CANCELLED, note_run,
                                       cancelled);
    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:wait";
    spec.max_instances = 2;
    spec.overlap = EXECZ_OVERLAP_REPLACE;
    fixture_add_spec(self, &spec);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    for (int i = 0; i < 3; i++) {
        fixture_advance(self, EXECZ_MINUTE);
    }
    fixture_wait_for(self, "cancelled:a submitted:a");
    cr_assert(all(eq(uint, submitted->len, 3), eq(uint, cancelled->len, 1)));
    cr_expect(
        eq(u64, g_array_index(cancelled, execz_run, 0), g_array_index(submitted, execz_run, 0)));
    fixture_free(self);
}

/* ---- which ----------------------------------------------------------------------------------- */

Test(overlap, what_the_scheduler_says_holds_for_tasks_that_say_nothing)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_scheduler *scheduler;
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    const ez_entry *entry;

    options.overlap = EXECZ_OVERLAP_QUEUE;
    options.overlap_limit = 7;
    scheduler = execz_scheduler_new(&options, NULL);
    cr_assert(scheduler != NULL);
    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:ok";
    cr_assert(execz_scheduler_add_task(scheduler, &spec, NULL) == EXECZ_OK);
    entry = ez_index_find(&scheduler->tasks, "a");
    cr_expect(all(eq(u32, entry->task->plan->overlap, EXECZ_OVERLAP_QUEUE),
                  eq(u32, entry->task->plan->overlap_limit, 7)));
    execz_scheduler_free(scheduler);
}

Test(overlap, a_scheduler_is_not_made_with_an_overlap_that_is_none)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    options.overlap = 9;
    cr_expect(execz_scheduler_new(&options, &err) == NULL);
    cr_expect(eq(str, err.message, (char *)"overlap is 9, which is none of EXECZ_OVERLAP_*"));
    options.overlap = EXECZ_OVERLAP_QUEUE;
    options.overlap_limit = EXECZ_OVERLAP_LIMIT_MAX + 1;
    cr_expect(execz_scheduler_new(&options, &err) == NULL);
    cr_expect(eq(str, err.message, (char *)"overlap_limit is 10001; the limit is 10000"));
}
