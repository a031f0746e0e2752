/* SPDX-License-Identifier: MIT */
/* host->work() and host->retract(). */
#include "hosted.h"

TestSuite(working, .init = hosted_set_up, .fini = hosted_tear_down);

typedef struct queue {
    execz_run runs[4];
    execz_run done[4]; /* as it was told */
    unsigned n, at;
} queue;

static execz_run
next(void *user, execz_run done)
{
    queue *self = user;

    self->done[self->at] = done;
    return self->at < self->n ? self->runs[self->at++] : 0;
}

static queue
work(execz_run a, execz_run b)
{
    queue self = {.runs = {a, b}, .n = b == 0 ? 1 : 2};

    abi->work(abi, next, &self);
    cr_expect(eq(uint, self.at, self.n));
    return self;
}

static void
take_a_second(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)body;
    fake_clock_advance(&self->clock, EXECZ_SECOND);
    ez_outcome_set(outcome, EXECZ_OUTCOME_OK, NULL);
}

Test(working, executes_and_finishes_one_run_after_another)
{
    ez_run *second = fixture_open(around, task, executor, 1);
    execz_time begin = around->clock.now;

    around->body = take_a_second;
    work(run->token, second->token);
    cr_expect(all(eq(i64, run->times[0].started, begin),
                  eq(i64, run->times[0].finished, begin + EXECZ_SECOND)));
    cr_expect(all(eq(i64, second->times[0].started, begin + EXECZ_SECOND),
                  eq(i64, second->times[0].finished, begin + 2 * EXECZ_SECOND)));
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
    expect_misbehaved(0, "misbehaving");
}

Test(working, on_the_loop_what_starts_and_ends_is_told_in_that_order)
{
    ez_message *at;
    uint32_t expected[] = {EZ_HOST_STARTED, EZ_HOST_FINISHED, EZ_HOST_STARTED, EZ_HOST_FINISHED};
    ez_run *second = fixture_open(around, task, executor, 1);
    size_t n = 0;

    around->wants_started = true;
    cr_expect(eq(ptr, ez_mailbox_take(&around->mailbox), NULL)); /* who takes is the loop */
    work(run->token, second->token);
    for (at = ez_mailbox_take(&around->mailbox); at != NULL; n++) {
        ez_host_message *head = (ez_host_message *)at;

        at = at->next;
        cr_assert(lt(sz, n, sizeof expected / sizeof expected[0]));
        cr_expect(eq(u32, head->kind, expected[n]));
        if (head->kind == EZ_HOST_STARTED) {
            g_free(head);
        } else {
            ez_runs_close(around->services.runs, (ez_run *)head);
        }
    }
    cr_expect(eq(sz, n, 4));
}

Test(working, tells_which_run_is_done_and_nothing_of_one_passed_over)
{
    ez_run *second = fixture_open(around, task, executor, 1);
    execz_run first = run->token;
    queue seen;

    cr_assert(eq(int, abi->retract(abi, second->token), EXECZ_OK));
    seen = work(first, second->token);
    cr_expect(
        all(eq(u64, seen.done[0], 0), eq(u64, seen.done[1], first), eq(u64, seen.done[2], 0)));
}

Test(working, executes_all_run_times_of_a_run)
{
    ez_run *three = fixture_open(around, task, executor, 3);

    around->body = take_a_second;
    fake_clock_advance(&around->clock, 2 * EXECZ_SECOND);
    work(three->token, 0);
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 3));
    cr_expect(eq(i64, three->times[2].finished - three->times[0].started, 3 * EXECZ_SECOND));
}

Test(working, passes_over_what_was_retracted)
{
    cr_expect(eq(int, abi->retract(abi, run->token), EXECZ_OK));
    work(run->token, 0);
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
    cr_expect(eq(ptr, (void *)fixture_next_message(around, false), run), "finished once");
    cr_expect(ez_interrupt_raised(&run->interrupt), "so that it ends as CANCELLED");
    expect_misbehaved(0, "misbehaving");
}

Test(working, passes_over_the_run_of_another_executor)
{
    ez_run *foreign = fixture_open(around, task, other_executor, 1);

    work(foreign->token, 0);
    cr_expect(ez_run_is_open(foreign));
    cr_expect(eq(uint, atomic_load(&around->n_bodies), 0));
}

static void
finish_it_too(fixture *self, const ez_body *body, ez_outcome *outcome)
{
    (void)self;
    cr_expect(eq(int, abi->finish(abi, body->run, NULL, 0), EXECZ_E_STATE));
    cr_expect(eq(int, abi->retract(abi, body->run), EXECZ_E_STATE));
    cr_expect(not(ez_interrupt_raised(body->interrupt)), "a retract that fails changes nothing");
    ez_outcome_set(outcome, EXECZ_OUTCOME_OK, NULL);
}

Test(working, nobody_else_can_finish_the_run)
{
    around->body = finish_it_too;
    work(run->token, 0);
    cr_expect(eq(u32, fixture_close_next(around), EXECZ_OUTCOME_OK));
    expect_misbehaved(1, "finishes twice: run=");
}

Test(working, a_run_that_has_begun_is_not_retracted)
{
    around->body = take_a_second;
    execute();
    cr_expect(eq(int, abi->retract(abi, run->token), EXECZ_E_STATE));
    cr_expect(ez_run_is_open(run));
}

Test(working, a_stale_token_is_not_retracted)
{
    cr_expect(eq(int, abi->retract(abi, run->token + (UINT64_C(1) << 32)), EXECZ_E_STATE));
    expect_misbehaved(0, "misbehaving");
}

Test(working, counts_what_is_not_finished)
{
    cr_expect(eq(uint, abi->unfinished(abi), 1));
    cr_expect(eq(int, abi->finish(abi, run->token, NULL, 0), EXECZ_OK));
    cr_expect(eq(uint, abi->unfinished(abi), 0));
}

Test(working, what_is_done_is_finished_before_the_loop_has_seen_it)
{
    work(run->token, 0);
    cr_expect(eq(uint, abi->unfinished(abi), 0));
    cr_expect(eq(sz, ez_runs_count(around->services.runs), 1));
}
