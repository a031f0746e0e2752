/* SPDX-License-Identifier: MIT */
#include "scheduler/news.h"

#include "fixture.h"

#include <string.h>

#include <execz/query.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
remove_task(fixture *self, const char *id)
{
    cr_assert(execz_scheduler_remove_task(self->scheduler, id, NULL) == EXECZ_OK);
}

Test(news, a_task_is_told_as_removed_before_the_next_one_of_its_id_as_added)
{
    fixture *self = fixture_new_started("debug");

    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    remove_task(self, "a");
    fixture_add(self, "a", "interval(hours=2)", "tests:ok");
    cr_assert(execz_scheduler_pause_task(self->scheduler, "a", NULL, EXECZ_TIME_NEVER, NULL) ==
              EXECZ_OK);
    remove_task(self, "a");
    fixture_settle(self);
    fixture_expect_events(self, "added:a removed:a added:a modified:a removed:a");
    fixture_free(self);
}

Test(news, what_a_task_had_waiting_ends_before_its_successor_is_added_and_runs)
{
    fixture *self = fixture_new_started(NULL);
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_add_executor(self->scheduler, "other", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    (void)fixture_take_events(self);
    remove_task(self, "a");
    spec.id = "a";
    spec.executor = "other";
    spec.trigger = "interval(hours=1, start_at=now)";
    spec.function = "tests:ok";
    fixture_add_spec(self, &spec);
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a removed:a added:a submitted:a started:a executed:a");
    fixture_free(self);
}

Test(news, that_all_are_removed_is_told_behind_what_they_had_waiting_and_before_what_is_added)
{
    fixture *self = fixture_new_started(NULL);

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    (void)fixture_take_events(self);
    cr_assert(execz_scheduler_remove_all_tasks(self->scheduler, NULL, NULL, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_settle(self);
    fixture_expect_events(self, "cancelled:a all_tasks_removed added:a");
    fixture_free(self);
}

static void
add_again(void *user, const execz_event *event)
{
    fixture *self = user;

    if (strcmp(event->task, "a") == 0) {
        fixture_add(self, "b", "interval(hours=1)", "tests:ok");
        remove_task(self, "b");
        fixture_add(self, "b", "interval(hours=1)", "tests:ok");
    }
}

Test(news, a_listener_that_hears_of_a_removal_may_remove_and_add)
{
    fixture *self = fixture_new_started("debug");

    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_REMOVED, add_again, self);
    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    remove_task(self, "a");
    fixture_settle(self);
    fixture_expect_events(self, "added:a removed:a added:b removed:b added:b");
    fixture_free(self);
}

typedef struct counter {
    uint64_t heard, lost;
} counter;

static void
count(void *user, const execz_event *event)
{
    counter *self = user;

    self->heard++;
    self->lost += event->lost;
}

Test(news, behind_a_task_that_is_still_to_be_ended_they_are_bounded_too)
{
    fixture *self = fixture_new_running();
    counter seen = {0};
    uint64_t n = 0;

    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    fixture_settle(self);
    remove_task(self, "long");
    ez_bus_watch(self->scheduler->bus, &(ez_bus_watcher){.waiting_max = 10});
    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_MODIFIED, count, &seen);
    for (; n < 10 + 7; n++) {
        (void)execz_scheduler_pause_task(self->scheduler, "a", NULL, EXECZ_TIME_NEVER, NULL);
    }
    fixture_settle(self);
    cr_expect(eq(u64, seen.lost, 8)); /* the task's end is one of those that wait */
    cr_expect(eq(u64, seen.heard + seen.lost, n));
    fixture_free(self);
}

Test(news, of_tasks_that_come_and_go_without_a_loop_nothing_stays)
{
    fixture *self = fixture_new("debug");

    for (int i = 0; i < 3; i++) {
        fixture_add(self, "a", "interval(hours=1)", "tests:ok");
        remove_task(self, "a");
    }
    cr_expect(eq(u32, self->scheduler->news.length, 0));
    fixture_free(self);
}

Test(news, that_no_loop_has_seen_are_freed_with_the_scheduler)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    remove_task(self, "a");
    fixture_add(self, "a", "interval(hours=1)", "tests:ok");
    fixture_free(self);
}
