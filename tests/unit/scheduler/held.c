/* SPDX-License-Identifier: MIT */
#include "scheduler/held.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* One worker that is taken, one place in its queue that is taken, so that the next task is held. */
static fixture *
with_a_full_pool(void)
{
    fixture *self = fixture_new(NULL);
    execz_pair options[] = {{"max_workers", "1"}, {"queue_limit", "1"}};

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", options, 2,
                                           NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "running", "date(2027-01-01T00:01:00Z)", "tests:deaf");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:running");
    fixture_add(self, "queued", "date(2027-01-01T00:02:00Z)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    (void)fixture_take_events(self);
    return self;
}

Test(held, a_task_that_is_held_takes_up_its_later_run_times)
{
    fixture *self = with_a_full_pool();

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)fixture_take_events(self),
                 (char *)"added:a executor_busy executor_busy executor_busy"));
    fixture_let_deaf_go();
    fixture_wait_for(self, "submitted:a+2 ");
    fixture_wait_for(self, "executed:a ");
    fixture_free(self);
}

Test(held, a_retry_is_planned_by_the_clock_too)
{
    fixture *self = with_a_full_pool();

    cr_expect(eq(i64, ez_held_next_retry(self->scheduler), EXECZ_TIME_NEVER));
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(gt(i64, ez_held_next_retry(self->scheduler), self->clock.monotonic));
    cr_expect(le(i64, ez_held_next_retry(self->scheduler), self->clock.monotonic + EXECZ_SECOND));
    fixture_let_deaf_go();
    fixture_free(self);
}

Test(held, what_is_held_can_be_ended_with_an_event_for_each)
{
    fixture *self = fixture_new(NULL);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    (void)fixture_take_events(self);
    ez_held_cancel_all(self->scheduler, "by a test");
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"cancelled:a"));
    cr_expect(eq(u64, self->scheduler->n_held, 0));
    fixture_free(self);
}

Test(held, while_the_scheduler_is_paused_what_is_held_stays_so)
{
    fixture *self = with_a_full_pool();

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "b", "interval(days=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_run_task(self->scheduler, "b", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_assert(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:b");
    cr_expect(strstr(self->events->str, "submitted:a") == NULL, "%s", self->events->str);
    cr_assert(execz_scheduler_resume(self->scheduler, NULL) == EXECZ_OK);
    fixture_wait_for(self, "executed:a");
    fixture_free(self);
}

Test(held, while_the_scheduler_is_paused_what_is_blocked_stays_so)
{
    fixture *self = fixture_new_started(NULL);

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "submitted:a") == NULL, "%s", self->events->str);
    cr_assert(execz_scheduler_resume(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "executed:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}

static void
run_by_hand(fixture *self, const char *id)
{
    cr_assert(execz_scheduler_run_task(self->scheduler, id, NULL) == EXECZ_OK);
    fixture_settle(self);
}

static void
count_sources(void *user, const execz_event *event)
{
    unsigned *counts = user;

    counts[event->source] += event->n_run_times + (unsigned)event->coalesced;
}

Test(held, what_was_asked_for_and_what_the_schedule_says_are_kept_apart)
{
    fixture *self = with_a_full_pool();
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    unsigned counts[4] = {0};

    execz_scheduler_add_listener(self->scheduler, EXECZ_EVENT_TASK_SUBMITTED, count_sources,
                                 counts);
    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:ok";
    spec.max_instances = 2;
    fixture_add_spec(self, &spec);
    fixture_advance(self, 2 * EXECZ_MINUTE);
    run_by_hand(self, "a");
    run_by_hand(self, "a");
    run_by_hand(self, "a");
    cr_expect(eq(u64, self->scheduler->n_held, 2));
    fixture_let_deaf_go();
    fixture_wait_for(self, "submitted:a+1 ");
    fixture_wait_for(self, "submitted:a+2 ");
    cr_expect(
        all(eq(uint, counts[EXECZ_SOURCE_SCHEDULE], 2), eq(uint, counts[EXECZ_SOURCE_MANUAL], 3)));
    fixture_free(self);
}

Test(held, while_the_scheduler_is_paused_only_what_was_asked_for_of_a_task_goes)
{
    fixture *self = with_a_full_pool();

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, 2 * EXECZ_MINUTE);
    run_by_hand(self, "a");
    cr_assert(execz_scheduler_pause(self->scheduler, NULL) == EXECZ_OK);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:a ");
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "submitted:a+1 ") == NULL, "%s", self->events->str);
    cr_expect(eq(u64, self->scheduler->n_held, 1));
    cr_assert(execz_scheduler_resume(self->scheduler, NULL) == EXECZ_OK);
    fixture_wait_for(self, "submitted:a+1 ");
    fixture_free(self);
}

Test(held, many_that_are_blocked_are_tried_again_in_several_passes)
{
    fixture *self = fixture_new_started(NULL);

    for (int i = 0; i < EZ_BATCH + 10; i++) {
        g_autofree char *id = g_strdup_printf("t%d", i);

        fixture_add(self, id, "interval(minutes=1)", "tests:ok");
    }
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(u64, self->scheduler->n_blocked, EZ_BATCH + 10));
    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    execz_scheduler_dispatch(self->scheduler);
    cr_expect(eq(u64, self->scheduler->n_blocked, 10), "one pass is not held up by all of them");
    fixture_settle(self);
    cr_expect(all(eq(u64, self->scheduler->n_blocked, 0), eq(u64, self->scheduler->n_held, 0)));
    fixture_free(self);
}
