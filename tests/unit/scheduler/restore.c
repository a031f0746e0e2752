/* SPDX-License-Identifier: MIT */
/* A crash is a copy of the state directory while runs are under way: what a second scheduler finds there
 * is what kill -9 would have left. */
#include "scheduler/state.h"

#include "fixture.h"
#include "support/scratch.h"

#include <string.h>

#include <execz/query.h>

#include <criterion/new/assert.h>

static void
start(fixture *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_start(self->scheduler, &err) == EXECZ_OK, "%s", err.message);
    fixture_settle(self);
}

/* A started scheduler in that directory whose clock is that of other, or a new one. */
static fixture *
in(const char *executor_type, const char *directory, const fixture *other)
{
    fixture *self = fixture_new_in(executor_type, directory);

    if (other != NULL) {
        self->clock.now = other->clock.now;
    }
    start(self);
    return self;
}

static void
add(fixture *self, const char *function, uint32_t delivery)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = function;
    spec.delivery = delivery;
    fixture_add_spec(self, &spec);
}

static execz_time
next_run(fixture *self, const char *id)
{
    execz_time next = 0;
    size_t n = 0;

    (void)execz_scheduler_preview_task(self->scheduler, id, &next, 1, &n, NULL);
    return n == 0 ? EXECZ_TIME_NEVER : next;
}

static void
note(void *user, const execz_history_record *record)
{
    g_string_append_printf(user, "%s#%u=%s ", record->task, record->attempt,
                           execz_outcome_name(record->outcome));
}

static void
expect_history(fixture *self, const char *wanted)
{
    g_autoptr(GString) seen = g_string_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_history(self->scheduler, NULL, note, seen, &err) == EXECZ_OK, "%s",
              err.message);
    cr_expect(eq(str, seen->str, (char *)wanted));
}

Test(restore, tasks_go_on_where_they_were)
{
    char *directory = scratch_new();
    fixture *self = in("debug", directory, NULL), *again;
    execz_time next;

    add(self, "tests:ok", 0);
    fixture_advance(self, 90 * EXECZ_SECOND);
    next = next_run(self, "a");
    fixture_free(self);
    again = in("debug", directory, NULL);
    cr_expect(eq(i64, next_run(again, "a"), next), "the phase is the old one");
    expect_history(again, "a#1=ok ");
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, a_run_that_was_under_way_is_lost)
{
    char *directory = scratch_new(), *crashed;
    fixture *self = in("threadpool", directory, NULL), *again;

    add(self, "tests:wait", EXECZ_DELIVERY_AT_MOST_ONCE);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    crashed = scratch_copy(directory);
    again = in("threadpool", crashed, self);
    fixture_expect_events(again, "lost:a scheduler_started");
    expect_history(again, "a#1=lost ");
    fixture_free(again);
    fixture_free(self);
    scratch_free(crashed);
    scratch_free(directory);
}

Test(restore, with_at_least_once_it_is_begun_again_as_the_next_attempt)
{
    char *directory = scratch_new(), *crashed;
    fixture *self = in("threadpool", directory, NULL), *again;

    add(self, "tests:wait", EXECZ_DELIVERY_AT_LEAST_ONCE);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    crashed = scratch_copy(directory);
    again = in("threadpool", crashed, self);
    fixture_wait_for(again, "started:a");
    execz_scheduler_cancel_task(again->scheduler, "a", EXECZ_CANCEL_ALL, NULL);
    fixture_wait_for(again, "cancelled:a");
    fixture_settle(again);
    expect_history(again, "a#2=cancelled ");
    fixture_free(again);
    fixture_free(self);
    scratch_free(crashed);
    scratch_free(directory);
}

Test(restore, what_has_ended_is_not_told_again)
{
    char *directory = scratch_new(), *crashed;
    fixture *self = in("debug", directory, NULL), *again;

    add(self, "tests:ok", EXECZ_DELIVERY_AT_LEAST_ONCE);
    fixture_advance(self, EXECZ_MINUTE);
    crashed = scratch_copy(directory);
    again = in("debug", crashed, self);
    fixture_expect_events(again, "scheduler_started");
    expect_history(again, "a#1=ok ");
    fixture_free(again);
    fixture_free(self);
    scratch_free(crashed);
    scratch_free(directory);
}

Test(restore, what_was_due_while_it_was_down_runs_once_then)
{
    char *directory = scratch_new();
    fixture *self = in("debug", directory, NULL), *again;
    execz_time now;

    add(self, "tests:ok", 0);
    fixture_settle(self);
    now = self->clock.now;
    fixture_free(self);
    again = fixture_new_in("debug", directory);
    again->clock.now = now + 10 * EXECZ_MINUTE;
    start(again);
    cr_expect(strstr(fixture_take_events(again), "executed:a") != NULL);
    expect_history(again, "a#1=ok ");
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, a_pause_stays_one)
{
    char *directory = scratch_new();
    fixture *self = in("debug", directory, NULL), *again;
    ez_entry *entry;

    add(self, "tests:ok", 0);
    cr_assert(execz_scheduler_pause_task(self->scheduler, "a", "too warm", EXECZ_TIME_NEVER,
                                         NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_free(self);
    again = in("debug", directory, NULL);
    fixture_advance(again, EXECZ_HOUR);
    expect_history(again, "");
    entry = ez_index_find(&again->scheduler->tasks, "a");
    cr_assert(entry != NULL && entry->paused);
    cr_expect(execz_scheduler_resume_task(again->scheduler, "a", NULL) == EXECZ_OK);
    fixture_advance(again, EXECZ_MINUTE);
    expect_history(again, "a#1=ok ");
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, a_removed_task_stays_away)
{
    char *directory = scratch_new();
    fixture *self = in("debug", directory, NULL), *again;

    add(self, "tests:ok", 0);
    fixture_settle(self);
    execz_scheduler_remove_task(self->scheduler, "a", NULL);
    fixture_settle(self);
    fixture_free(self);
    again = in("debug", directory, NULL);
    cr_expect(ez_index_find(&again->scheduler->tasks, "a") == NULL);
    fixture_free(again);
    scratch_free(directory);
}

static fixture *
with_task_of_configuration(const char *directory, const char *id, const char *function)
{
    fixture *self = fixture_new_in("debug", directory);
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = "interval(minutes=1)";
    spec.function = function;
    spec.origin = EXECZ_ORIGIN_CONFIG;
    fixture_add_spec(self, &spec);
    return self;
}

Test(restore, a_task_said_anew_wins_and_its_schedule_goes_on)
{
    char *directory = scratch_new();
    fixture *self = with_task_of_configuration(directory, "a", "tests:ok"), *again;
    execz_time next;

    start(self);
    fixture_advance(self, 90 * EXECZ_SECOND);
    next = next_run(self, "a");
    fixture_free(self);
    again = with_task_of_configuration(directory, "a", "tests:fail");
    start(again);
    cr_expect(eq(i64, next_run(again, "a"), next));
    fixture_advance(again, 2 * EXECZ_MINUTE);
    cr_expect(strstr(fixture_take_events(again), "error:a") != NULL);
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, what_the_configuration_says_no_more_is_removed)
{
    char *directory = scratch_new();
    fixture *self = with_task_of_configuration(directory, "a", "tests:ok"), *again;

    start(self);
    fixture_add(self, "by_hand", "interval(minutes=1)", "tests:ok");
    fixture_settle(self);
    fixture_free(self);
    again = with_task_of_configuration(directory, "b", "tests:ok");
    start(again);
    cr_expect(ez_index_find(&again->scheduler->tasks, "a") == NULL);
    cr_expect(ez_index_find(&again->scheduler->tasks, "b") != NULL);
    cr_expect(ez_index_find(&again->scheduler->tasks, "by_hand") != NULL);
    fixture_free(again);
    scratch_free(directory);
}
