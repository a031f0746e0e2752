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
    ez_held_drop(self->scheduler, EXECZ_EVENT_TASK_CANCELLED, "by a test");
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
