/* SPDX-License-Identifier: MIT */
#include "table.h"

TestSuite(run, .init = open_runs, .fini = close_runs);

/* ---- finishing ------------------------------------------------------------------------------- */

Test(run, a_second_finish_is_refused)
{
    ez_run *run = open_one();

    cr_expect(ez_run_finish(run));
    cr_expect(not(ez_run_finish(run)));
}

Test(run, a_finished_run_is_entered_no_more_but_found_until_it_is_closed)
{
    ez_run *run = open_one();

    cr_assert(ez_run_finish(run));
    cr_expect(not(ez_run_is_open(run)));
    cr_expect(not(is_known(run->token)));
    cr_expect(eq(ptr, ez_runs_find(runs, run->token), run));
}

Test(run, a_stale_token_does_not_enter_the_next_run_of_its_slot)
{
    ez_run *run = open_one();
    execz_run stale = run->token;

    ez_runs_close(runs, run);
    cr_assert(eq(ptr, open_one(), run));
    cr_expect(not(is_known(stale)));
    cr_expect(eq(ptr, ez_runs_begin_work(runs, stale, NULL), NULL));
    cr_expect(ez_run_is_open(run));
}

/* ---- retracting and working ------------------------------------------------------------------ */

Test(run, can_be_retracted_until_it_has_begun)
{
    ez_run *queued = open_one(), *begun = open_one();

    cr_expect(ez_run_begin(begun));
    cr_expect(not(ez_run_retract(begun)));
    cr_expect(ez_run_is_open(begun));
    cr_expect(ez_run_retract(queued));
    cr_expect(not(ez_run_begin(queued)));
    cr_expect(eq(ptr, ez_runs_begin_work(runs, queued->token, NULL), NULL));
}

Test(run, in_work_belongs_to_its_worker_alone)
{
    ez_run *run = open_one();

    cr_assert(eq(ptr, ez_runs_begin_work(runs, run->token, NULL), run));
    cr_expect(ez_run_is_working(run));
    cr_expect(eq(ptr, ez_runs_begin_work(runs, run->token, NULL), NULL));
    cr_expect(not(ez_run_retract(run)));
    cr_expect(not(ez_run_finish(run)));
    cr_expect(not(ez_run_begin(run)));
    cr_expect(is_known(run->token), "so that it can be interrupted");
}

Test(run, another_executor_cannot_work_on_it)
{
    ez_run *run = open_one();

    cr_expect(eq(ptr, ez_runs_begin_work(runs, run->token, (void *)&runs), NULL));
    cr_expect(ez_run_is_open(run));
}

Test(run, given_up_at_work_keeps_its_slot_but_does_not_count)
{
    ez_run *run = open_one();
    execz_run token = run->token;

    cr_assert(eq(ptr, ez_runs_begin_work(runs, token, NULL), run));
    ez_runs_give_up(runs, run);
    cr_expect(eq(sz, ez_runs_count(runs), 0));
    cr_expect(ne(ptr, open_one(), run));
    ez_runs_close(runs, run);
    cr_expect(eq(sz, ez_runs_count(runs), 1));
    cr_expect(eq(ptr, open_one(), run));
}

Test(run, unfinished_ones_of_an_executor_are_counted)
{
    execz_time at = 0;
    struct ez_executor *ours = (void *)&runs;
    ez_run *finished = ez_runs_open(runs, task, ours, &at, 1);

    ez_runs_open(runs, task, ours, &at, 1);
    open_one();
    cr_assert(ez_run_finish(finished));
    cr_expect(eq(uint, ez_runs_count_unfinished(runs, ours), 1));
}

Test(run, the_plain_run_times_stay_where_they_are)
{
    execz_time times[] = {100, 200, 300};
    ez_run *many = ez_runs_open(runs, task, NULL, times, 3);
    ez_run *one = ez_runs_open(runs, task, NULL, times, 1);

    memset(times, 0, sizeof times);
    cr_expect(all(eq(i64, ez_run_plain_times(many)[0], 100),
                  eq(i64, ez_run_plain_times(many)[2], 300),
                  eq(i64, ez_run_plain_times(one)[0], 100)));
}

/* ---- races ----------------------------------------------------------------------------------- */

enum { FINISHERS = 8, ROUNDS = 200 };

typedef struct race {
    pthread_barrier_t start, end;
    execz_run token;
    atomic_uint won;
} race;

static void *
finish_each_round(void *argument)
{
    race *self = argument;

    for (int i = 0; i < ROUNDS; i++) {
        ez_run *run;

        pthread_barrier_wait(&self->start);
        run = ez_runs_enter(runs, self->token);
        if (run != NULL) {
            atomic_fetch_add(&self->won, ez_run_finish(run));
            ez_run_leave(run);
        }
        pthread_barrier_wait(&self->end);
    }
    return NULL;
}

Test(run, of_several_threads_that_finish_one_run_exactly_one_wins)
{
    race self = {.won = 0};
    pthread_t threads[FINISHERS];

    pthread_barrier_init(&self.start, NULL, FINISHERS + 1);
    pthread_barrier_init(&self.end, NULL, FINISHERS + 1);
    for (int i = 0; i < FINISHERS; i++) {
        pthread_create(&threads[i], NULL, finish_each_round, &self);
    }
    for (unsigned i = 1; i <= ROUNDS; i++) {
        ez_run *run = open_one();

        self.token = run->token;
        pthread_barrier_wait(&self.start);
        pthread_barrier_wait(&self.end);
        cr_expect(eq(uint, atomic_load(&self.won), i));
        ez_runs_close(runs, run);
    }
    for (int i = 0; i < FINISHERS; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_barrier_destroy(&self.start);
    pthread_barrier_destroy(&self.end);
}

Test(run, what_nobody_has_ended_is_lost_or_was_cancelled)
{
    fake_clock hands = fake_clock_new();
    ez_run *run = open_one();

    hands.now = 7;
    ez_run_complete(run, &run->one, &hands.clock);
    cr_expect(all(eq(u32, run->one.outcome, EXECZ_OUTCOME_LOST), eq(i64, run->one.finished, 7)));
    ez_outcome_clear(&run->one);
    ez_interrupt_raise(&run->interrupt);
    hands.now = 8;
    ez_run_complete(run, &run->one, &hands.clock);
    cr_expect(eq(u32, run->one.outcome, EXECZ_OUTCOME_CANCELLED));
    hands.now = 9;
    ez_run_complete(run, &run->one, &hands.clock);
    cr_expect(eq(i64, run->one.finished, 8));
}
