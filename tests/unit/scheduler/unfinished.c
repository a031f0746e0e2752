/* SPDX-License-Identifier: MIT */
#include "scheduler/unfinished.h"

#include "durable.h"
#include "support/scratch.h"

#include <string.h>

#include <criterion/new/assert.h>

Test(unfinished, a_run_that_was_under_way_is_lost)
{
    char *directory = scratch_new(), *crashed;
    fixture *self = durable_in("threadpool", directory, NULL), *again;

    durable_add(self, "tests:wait", EXECZ_DELIVERY_AT_MOST_ONCE);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    crashed = scratch_copy(directory);
    again = durable_in("threadpool", crashed, self);
    fixture_expect_events(again, "lost:a scheduler_started");
    durable_expect_history(again, "a#1=lost ");
    fixture_free(again);
    fixture_free(self);
    scratch_free(crashed);
    scratch_free(directory);
}

Test(unfinished, with_at_least_once_it_is_begun_again_as_the_next_attempt)
{
    char *directory = scratch_new(), *crashed;
    fixture *self = durable_in("threadpool", directory, NULL), *again;

    durable_add(self, "tests:wait", EXECZ_DELIVERY_AT_LEAST_ONCE);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    crashed = scratch_copy(directory);
    again = durable_in("threadpool", crashed, self);
    fixture_wait_for(again, "started:a");
    execz_scheduler_cancel_task(again->scheduler, "a", EXECZ_CANCEL_ALL, NULL);
    fixture_wait_for(again, "cancelled:a");
    fixture_settle(again);
    durable_expect_history(again, "a#2=cancelled ");
    fixture_free(again);
    fixture_free(self);
    scratch_free(crashed);
    scratch_free(directory);
}

Test(unfinished, what_waited_for_a_run_to_end_is_started_and_not_lost)
{
    char *directory = scratch_new();
    fixture *self = durable_in("threadpool", directory, NULL);
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:wait";
    spec.overlap = EXECZ_OVERLAP_QUEUE;
    fixture_add_spec(self, &spec);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    fixture_advance(self, EXECZ_MINUTE);
    self = durable_after_crash(self, &directory);
    fixture_wait_for(self, "started:a");
    durable_expect_history(self,
                           "a#1=lost "); /* of the other one: which runs, as its first attempt */
    execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_ALL, NULL);
    fixture_wait_for(self, "cancelled:a");
    fixture_settle(self);
    durable_expect_history(self, "a#1=cancelled a#1=lost ");
    fixture_free(self);
    scratch_free(directory);
}

Test(unfinished, what_could_not_be_sent_is_not_lost)
{
    char *directory = scratch_new();
    fixture *self = durable_in("threadpool", directory, NULL);

    durable_add(self, "nowhere:nothing", EXECZ_DELIVERY_AT_MOST_ONCE);
    fixture_advance(self, EXECZ_MINUTE);
    durable_expect_event(self, "blocked:a", true);
    self = durable_after_crash(self, &directory);
    durable_expect_event(self, "lost:a", false);
    fixture_wait_for(self, "blocked:a");
    durable_expect_history(self, "");
    fixture_free(self);
    scratch_free(directory);
}

Test(unfinished, an_attempt_that_waited_for_its_time_is_made_and_not_lost)
{
    char *directory = scratch_new();
    fixture *self = durable_in("threadpool", directory, NULL);
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(hours=1)";
    spec.function = "tests:fail";
    spec.max_attempts = 2;
    spec.retry_delay = 10 * EXECZ_MINUTE;
    fixture_add_spec(self, &spec);
    fixture_advance(self, EXECZ_HOUR);
    fixture_wait_for(self, "retry:a");
    self = durable_after_crash(self, &directory);
    fixture_wait_for(self, "error:a");
    durable_expect_event(self, "lost:a", false);
    fixture_settle(self);
    durable_expect_history(self, "a#2=error ");
    fixture_free(self);
    scratch_free(directory);
}

Test(unfinished, a_run_under_which_schedulers_end_again_and_again_is_lost)
{
    char *directory = scratch_new();
    fixture *self = durable_in("threadpool", directory, NULL);

    durable_add(self, "tests:wait", EXECZ_DELIVERY_AT_LEAST_ONCE);
    fixture_advance(self, EXECZ_MINUTE);
    for (int i = 0; i <= EZ_RESTARTS_MAX; i++) {
        fixture_wait_for(self, "started:a");
        self = durable_after_crash(self, &directory);
    }
    fixture_wait_for(self, "lost:a");
    cr_expect(strstr(self->log->str, "lost=1") != NULL, "%s", self->log->str);
    durable_expect_history(self, "a#11=lost ");
    fixture_free(self);
    scratch_free(directory);
}

Test(unfinished, what_waited_of_a_task_that_is_gone_is_cancelled)
{
    char *directory = scratch_new();
    fixture *self = durable_of_configuration(directory, "a", "nowhere:nothing"), *again;
    char *crashed;

    durable_start(self);
    fixture_advance(self, EXECZ_MINUTE);
    crashed = scratch_copy(directory);
    again = durable_of_configuration(crashed, "b", "tests:ok");
    durable_start(again);
    durable_expect_event(again, "cancelled:a", true);
    durable_expect_history(again, "a#1=cancelled ");
    fixture_free(again);
    fixture_free(self);
    scratch_free(crashed);
    scratch_free(directory);
}
