/* SPDX-License-Identifier: MIT */
#include "scheduler/result.h"

#include "fixture.h"

#include <sched.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
count(void *argument)
{
    ++*(int *)argument;
}

Test(result, a_call_that_was_posted_is_made_on_the_loop)
{
    fixture *self = fixture_new("debug");
    ez_posted *posted = g_new0(ez_posted, 1);
    int calls = 0;

    posted->head.kind = EZ_HOST_POSTED;
    posted->function = count;
    posted->argument = &calls;
    ez_mailbox_push(&self->scheduler->mailbox, &posted->head.message);
    cr_expect(eq(int, calls, 0));
    (void)ez_result_take(self->scheduler);
    cr_expect(eq(int, calls, 1));
    fixture_free(self);
}

Test(result, a_start_that_comes_after_its_run_was_closed_is_dropped)
{
    fixture *self = fixture_new("debug");
    ez_started *started = g_new0(ez_started, 1);

    started->head.kind = EZ_HOST_STARTED;
    started->token = 77;
    ez_mailbox_push(&self->scheduler->mailbox, &started->head.message);
    (void)fixture_take_events(self);
    (void)ez_result_take(self->scheduler);
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""));
    fixture_free(self);
}

Test(result, every_outcome_is_logged_in_one_line)
{
    fixture *self = fixture_new("debug");

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "b", "interval(minutes=1)", "tests:fail");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(strstr(self->log->str, "info: task ok task=a executor=default took=0s\n") != NULL,
              "%s", self->log->str);
    cr_expect(strstr(self->log->str,
                     "warning: task error task=b executor=default took=0s: no luck today\n") !=
                  NULL,
              "%s", self->log->str);
    fixture_free(self);
}

Test(result, what_is_given_up_is_lost_and_frees_its_task)
{
    fixture *self = fixture_new("threadpool");

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:deaf");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    (void)fixture_take_events(self);
    ez_result_give_up(self->scheduler, "by a test");
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)"lost:a"));
    cr_expect(eq(sz, ez_runs_count(self->scheduler->runs), 0));
    fixture_let_deaf_go();
    fixture_free(self);
}

static void
note_done(void *user, ez_run *run)
{
    *(bool *)user = atomic_load(&run->head.done) != 0;
}

Test(result, what_has_ended_but_was_not_taken_yet_is_not_given_up)
{
    fixture *self = fixture_new("threadpool");
    bool done = false;

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:deaf");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    (void)fixture_take_events(self);
    fixture_let_deaf_go();
    while (!done) {
        (void)sched_yield();
        ez_runs_foreach(self->scheduler->runs, note_done, &done);
    }
    ez_result_give_up(self->scheduler, "by a test");
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""));
    fixture_wait_for(self, "executed:a");
    fixture_free(self);
}

/* ---- figures --------------------------------------------------------------------------------- */

static void
keep_info(void *user, const execz_executor_info *info)
{
    *(execz_executor_info *)user = *info;
}

static void
interrupt_it(void *task_id, ez_run *run)
{
    if (strcmp(ez_run_task(run)->id, task_id) == 0) {
        ez_executor_cancel(run->executor, run);
    }
}

/* Two are due, and one worker is asleep in the first for an hour, until it is cancelled. */
Test(result, figures_of_an_executor_count_its_runs_and_how_long_they_waited)
{
    const execz_pair one_worker = {"max_workers", "1"};
    fixture *self = fixture_new(NULL);
    execz_executor_info info = {0};
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", &one_worker, 1,
                                           &err) == EXECZ_OK,
              "%s", err.message);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "long", "interval(hours=1)", "tests:wait");
    fixture_settle(self);
    cr_assert(execz_scheduler_run_task(self->scheduler, "long", NULL) == EXECZ_OK);
    fixture_wait_for(self, "started:long");
    fixture_add(self, "next", "interval(hours=1)", "tests:ok");
    cr_assert(execz_scheduler_run_task(self->scheduler, "next", NULL) == EXECZ_OK);
    fixture_wait_for(self, "submitted:next");
    execz_scheduler_list_executors(self->scheduler, keep_info, &info);
    cr_expect(all(eq(uint, info.stats.workers, 1), eq(uint, info.stats.busy, 1),
                  eq(uint, info.stats.queued, 1), eq(u64, info.stats.accepted, 2)));
    cr_expect(eq(i64, info.stats.wait_time, 0));

    fake_clock_advance(&self->clock, EXECZ_MINUTE);
    ez_runs_foreach(self->scheduler->runs, interrupt_it, (void *)"long");
    fixture_wait_for(self, "executed:next");
    execz_scheduler_list_executors(self->scheduler, keep_info, &info);
    cr_expect(all(eq(u64, info.stats.finished, 2), eq(i64, info.stats.wait_time, EXECZ_MINUTE)));
    fixture_free(self);
}

/* How the line says it that a run took this long. */
static void
expect_took(execz_duration duration, const char *part)
{
    fixture *self = fixture_new("threadpool");

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(hours=24)", "tests:deaf");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_wait_until_deaf();
    fake_clock_advance(&self->clock, duration);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:a");
    cr_expect(strstr(self->log->str, part) != NULL, "%s", self->log->str);
    fixture_free(self);
}

Test(result, how_long_it_took_is_one_word)
{
    expect_took(337 * EXECZ_MILLISECOND + 49393, "took=337ms\n");
}

Test(result, what_took_long_is_told_in_seconds)
{
    expect_took(2 * EXECZ_HOUR + EXECZ_MILLISECOND, "took=7200s\n");
}

Test(result, what_is_nearly_a_second_is_one)
{
    expect_took(EXECZ_SECOND - 1, "took=1s\n");
}
