/* SPDX-License-Identifier: MIT */
#include "scheduler/state.h"

#include "durable.h"
#include "support/scratch.h"

#include <string.h>

#include <execz/query.h>

#include <criterion/new/assert.h>

static execz_time
next_run(fixture *self, const char *id)
{
    execz_time next = 0;
    size_t n = 0;

    (void)execz_scheduler_preview_task(self->scheduler, id, &next, 1, &n, NULL);
    return n == 0 ? EXECZ_TIME_NEVER : next;
}

Test(restore, tasks_go_on_where_they_were)
{
    char *directory = scratch_new();
    fixture *self = durable_in("debug", directory, NULL), *again;
    execz_time next;

    durable_add(self, "tests:ok", 0);
    fixture_advance(self, 90 * EXECZ_SECOND);
    next = next_run(self, "a");
    fixture_free(self);
    again = durable_in("debug", directory, NULL);
    cr_expect(eq(i64, next_run(again, "a"), next), "the phase is the old one");
    durable_expect_history(again, "a#1=ok ");
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, what_has_ended_is_not_told_again)
{
    char *directory = scratch_new(), *crashed;
    fixture *self = durable_in("debug", directory, NULL), *again;

    durable_add(self, "tests:ok", EXECZ_DELIVERY_AT_LEAST_ONCE);
    fixture_advance(self, EXECZ_MINUTE);
    crashed = scratch_copy(directory);
    again = durable_in("debug", crashed, self);
    fixture_expect_events(again, "scheduler_started");
    durable_expect_history(again, "a#1=ok ");
    fixture_free(again);
    fixture_free(self);
    scratch_free(crashed);
    scratch_free(directory);
}

Test(restore, what_was_due_while_it_was_down_runs_once_then)
{
    char *directory = scratch_new();
    fixture *self = durable_in("debug", directory, NULL), *again;
    execz_time now;

    durable_add(self, "tests:ok", 0);
    fixture_settle(self);
    now = self->clock.now;
    fixture_free(self);
    again = fixture_new_in("debug", directory);
    again->clock.now = now + 10 * EXECZ_MINUTE;
    durable_start(again);
    cr_expect(strstr(fixture_take_events(again), "executed:a") != NULL);
    durable_expect_history(again, "a#1=ok ");
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, a_pause_stays_one)
{
    char *directory = scratch_new();
    fixture *self = durable_in("debug", directory, NULL), *again;
    ez_entry *entry;

    durable_add(self, "tests:ok", 0);
    cr_assert(execz_scheduler_pause_task(self->scheduler, "a", "too warm", EXECZ_TIME_NEVER,
                                         NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_free(self);
    again = durable_in("debug", directory, NULL);
    fixture_advance(again, EXECZ_HOUR);
    durable_expect_history(again, "");
    entry = ez_index_find(&again->scheduler->tasks, "a");
    cr_assert(entry != NULL && entry->paused);
    cr_expect(execz_scheduler_resume_task(again->scheduler, "a", NULL) == EXECZ_OK);
    fixture_advance(again, EXECZ_MINUTE);
    durable_expect_history(again, "a#1=ok ");
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, a_removed_task_stays_away)
{
    char *directory = scratch_new();
    fixture *self = durable_in("debug", directory, NULL), *again;

    durable_add(self, "tests:ok", 0);
    fixture_settle(self);
    execz_scheduler_remove_task(self->scheduler, "a", NULL);
    fixture_settle(self);
    fixture_free(self);
    again = durable_in("debug", directory, NULL);
    cr_expect(ez_index_find(&again->scheduler->tasks, "a") == NULL);
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, a_task_said_anew_wins_and_its_schedule_goes_on)
{
    char *directory = scratch_new();
    fixture *self = durable_of_configuration(directory, "a", "tests:ok"), *again;
    execz_time next;

    durable_start(self);
    fixture_advance(self, 90 * EXECZ_SECOND);
    next = next_run(self, "a");
    fixture_free(self);
    again = durable_of_configuration(directory, "a", "tests:fail");
    durable_start(again);
    cr_expect(eq(i64, next_run(again, "a"), next));
    fixture_advance(again, 2 * EXECZ_MINUTE);
    cr_expect(strstr(fixture_take_events(again), "error:a") != NULL);
    fixture_free(again);
    scratch_free(directory);
}

Test(restore, what_the_configuration_says_no_more_is_removed)
{
    char *directory = scratch_new();
    fixture *self = durable_of_configuration(directory, "a", "tests:ok"), *again;

    durable_start(self);
    fixture_add(self, "by_hand", "interval(minutes=1)", "tests:ok");
    fixture_settle(self);
    fixture_free(self);
    again = durable_of_configuration(directory, "b", "tests:ok");
    durable_start(again);
    cr_expect(ez_index_find(&again->scheduler->tasks, "a") == NULL);
    cr_expect(ez_index_find(&again->scheduler->tasks, "b") != NULL);
    cr_expect(ez_index_find(&again->scheduler->tasks, "by_hand") != NULL);
    fixture_free(again);
    scratch_free(directory);
}
