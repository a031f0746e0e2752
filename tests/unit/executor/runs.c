/* SPDX-License-Identifier: MIT */
#include "table.h"

TestSuite(runs, .init = open_runs, .fini = close_runs);

/* ---- tokens ---------------------------------------------------------------------------------- */

Test(runs, an_open_run_is_found_by_its_token)
{
    ez_run *run = open_one();
    ez_run *entered = ez_runs_enter(runs, run->token);

    cr_expect(eq(ptr, entered, run));
    cr_expect(eq(ptr, ez_runs_find(runs, run->token), run));
    cr_expect(ez_run_is_open(run));
    ez_run_leave(entered);
}

Test(runs, no_token_is_zero)
{
    cr_expect(ne(u64, open_one()->token, 0));
}

Test(runs, forged_tokens_are_nobody)
{
    execz_run real = open_one()->token;
    const execz_run forged[] = {0,
                                1,
                                UINT64_MAX,
                                real + 1,                     /* a slot never used */
                                real & ~UINT64_C(0xffffffff), /* no slot */
                                (real & UINT32_MAX),          /* generation 0 */
                                real + (UINT64_C(1) << 32),   /* a later generation */
                                real | UINT64_C(1) << 63,     /* beyond any generation */
                                (real & ~UINT64_C(0xffffffff)) | EZ_RUNS_MAX,
                                (real & ~UINT64_C(0xffffffff)) | (EZ_RUNS_MAX + 1),
                                (real & ~UINT64_C(0xffffffff)) | UINT32_MAX};

    for (size_t i = 0; i < G_N_ELEMENTS(forged); i++) {
        cr_expect(not(is_known(forged[i])), "token %" G_GINT64_MODIFIER "x", forged[i]);
        cr_expect(eq(ptr, ez_runs_find(runs, forged[i]), NULL));
    }
    cr_expect(is_known(real));
}

Test(runs, the_token_of_a_closed_slot_is_stale_though_the_slot_is_used_again)
{
    ez_run *run = open_one();
    execz_run token = run->token;

    cr_assert(ez_run_finish(run));
    ez_runs_close(runs, run);
    cr_expect(not(is_known(token)));
    cr_expect(eq(ptr, open_one(), run), "the slot was not used again: this test shows nothing");
    cr_expect(not(is_known(token)));
    cr_expect(eq(ptr, ez_runs_find(runs, token), NULL));
    cr_expect(ne(u64, run->token, token));
}

Test(runs, the_token_that_a_free_slot_will_have_is_nobody_yet)
{
    ez_run *run = open_one();
    execz_run next = run->token + (UINT64_C(1) << 32);

    ez_runs_close(runs, run);
    cr_expect(not(is_known(next)));
    cr_expect(eq(ptr, ez_runs_find(runs, next), NULL));
    cr_assert(eq(ptr, open_one(), run));
    cr_expect(eq(ptr, ez_runs_find(runs, next), run));
}

Test(runs, a_refused_run_is_closed_without_a_finish)
{
    ez_run *run = open_one();
    execz_run token = run->token;

    ez_runs_close(runs, run);
    cr_expect(not(is_known(token)));
    cr_expect(eq(sz, ez_runs_count(runs), 0));
}

Test(runs, after_the_last_generation_comes_the_first)
{
    ez_run *run = open_one();
    uint64_t slot = run->token & UINT32_MAX;

    run->token = UINT64_C(0xffffffff) << 32 | slot; /* as if it had been used 2^32 - 1 times */
    ez_runs_close(runs, run);
    cr_assert(eq(ptr, open_one(), run));
    cr_expect(eq(u64, run->token, UINT64_C(1) << 32 | slot));
    cr_expect(is_known(run->token));
}

Test(runs, of_the_last_generation_are_found_too)
{
    ez_run *run = open_one();
    uint64_t slot = run->token & UINT32_MAX;

    run->token = UINT64_C(0xfffffffe) << 32 | slot;
    ez_runs_close(runs, run);
    cr_assert(eq(ptr, open_one(), run));
    cr_expect(eq(u64, run->token, UINT64_C(0xffffffff) << 32 | slot));
    cr_expect(is_known(run->token));
    cr_expect(ez_run_finish(run));
}

/* ---- slots ----------------------------------------------------------------------------------- */

Test(runs, a_slot_is_not_used_again_while_a_thread_is_inside)
{
    ez_run *run = open_one();
    execz_run token = run->token;
    ez_run *inside = ez_runs_enter(runs, token);

    cr_assert(eq(ptr, inside, run));
    cr_assert(ez_run_finish(run));
    ez_runs_close(runs, run);
    cr_expect(eq(u64, inside->token, token), "the one it was entered with");
    cr_expect(eq(ptr, ez_runs_find(runs, token), NULL));
    cr_expect(eq(sz, ez_runs_count(runs), 0));
    cr_expect(ne(ptr, open_one(), run));
    cr_expect(eq(str, (char *)inside->view->task->id, (char *)"backup"), "still there to be read");
    ez_run_leave(inside);
    cr_expect(eq(ptr, open_one(), run), "free again once left");
}

Test(runs, there_is_a_limit_and_room_again_below_it)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    ez_run *run;

    ez_runs_free(runs);
    runs = ez_runs_new_limited(1500);
    for (int i = 0; i < 1500; i++) {
        run = open_one();
        cr_assert(ne(ptr, run, NULL));
        g_ptr_array_add(all, run);
    }
    cr_expect(eq(ptr, open_one(), NULL));
    cr_expect(eq(sz, ez_runs_count(runs), 1500));
    ez_runs_close(runs, all->pdata[700]);
    cr_expect(eq(ptr, open_one(), all->pdata[700]));
    cr_expect(eq(ptr, open_one(), NULL));
}

Test(runs, tokens_of_many_open_runs_differ_and_all_are_found)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (int i = 0; i < 3000; i++) {
        ez_run *run = open_one();

        cr_assert(g_hash_table_add(seen, &run->token), "token %d came twice", i);
        cr_assert(eq(ptr, ez_runs_find(runs, run->token), run));
    }
}

Test(runs, a_slot_starts_afresh)
{
    ez_run *run = open_one();

    ez_interrupt_raise(&run->interrupt);
    ez_outcome_set(&run->times[0], EXECZ_OUTCOME_ERROR, "of the run before");

    ez_runs_close(runs, run);
    cr_assert(eq(ptr, open_one(), run));
    cr_expect(not(ez_interrupt_raised(&run->interrupt)));
    cr_expect(eq(u32, run->times[0].outcome, 0));
    cr_expect(eq(ptr, run->times[0].message, NULL));
}

/* ---- content --------------------------------------------------------------------------------- */

Test(runs, has_its_run_times_in_order_and_finds_each)
{
    execz_time times[] = {100, 200, 300};
    ez_run *run = ez_runs_open(runs, task, NULL, times, 3);

    cr_assert(eq(u32, run->n, 3));
    cr_expect(all(eq(i64, run->times[0].run_time, 100), eq(i64, run->times[2].run_time, 300)));
    cr_expect(eq(ptr, ez_run_find_time(run, 200), &run->times[1]));
    cr_expect(eq(ptr, ez_run_find_time(run, 250), NULL));
}

Test(runs, keeps_its_task_until_it_is_closed)
{
    ez_run *run = open_one();

    cr_expect(eq(uint, task->references, 2));
    ez_runs_close(runs, run);
    cr_expect(eq(uint, task->references, 1));
}

static void
count_visit(void *user, ez_run *run)
{
    (void)run;
    ++*(unsigned *)user;
}

Test(runs, those_open_or_finished_are_visited_and_counted)
{
    ez_run *closed = open_one(), *finished = open_one();
    unsigned visited = 0;

    open_one();
    ez_runs_close(runs, closed);
    cr_assert(ez_run_finish(finished));
    ez_runs_foreach(runs, count_visit, &visited);
    cr_expect(all(eq(uint, visited, 2), eq(sz, ez_runs_count(runs), 2)));
}

Test(runs, what_is_still_open_is_freed_with_the_table)
{
    execz_time times[] = {100, 200};
    ez_run *run = ez_runs_open(runs, task, NULL, times, 2);

    ez_outcome_set(&run->times[1], EXECZ_OUTCOME_ERROR, "a text that is owned");
    ez_runs_free(runs);
    runs = NULL;
    cr_expect(eq(uint, task->references, 1));
}

Test(runs, a_closed_slot_keeps_no_descriptor)
{
    ez_run *run = open_one();

    cr_assert(ge(int, ez_interrupt_fd(&run->interrupt), 0));
    cr_assert(ez_run_finish(run));
    ez_runs_close(runs, run);
    cr_expect(eq(int, run->interrupt.fd, -1));
}

/* ---- of another table -------------------------------------------------------------------------- */

static ez_run *
open_as(ez_runs *mirror, execz_run token)
{
    execz_time at = EXECZ_SECOND;

    return ez_runs_open_as(mirror, token, task, NULL, &at, 1);
}

Test(runs, a_mirror_has_the_tokens_of_the_other_table)
{
    ez_runs *mirror = ez_runs_new_mirror();

    for (uint64_t generation = 1; generation <= 5; generation++) {
        execz_run token = generation << 32 | 2000;
        ez_run *run = open_as(mirror, token);

        cr_assert(ne(ptr, run, NULL));
        cr_expect(all(eq(u64, run->token, token), eq(ptr, ez_runs_find(mirror, token), run)));
        cr_expect(eq(ptr, open_as(mirror, token), NULL)); /* it is in use */
        ez_runs_close(mirror, run);
        cr_expect(eq(ptr, ez_runs_find(mirror, token), NULL));
    }
    cr_expect(eq(sz, ez_runs_count(mirror), 0));
    ez_runs_free(mirror);
}

Test(runs, a_mirror_waits_for_who_is_still_inside)
{
    ez_runs *mirror = ez_runs_new_mirror();
    execz_run first = UINT64_C(1) << 32 | 1, second = UINT64_C(2) << 32 | 1;
    ez_run *run = open_as(mirror, first);
    ez_run *inside = ez_runs_enter(mirror, first);

    ez_runs_close(mirror, run);
    cr_expect(eq(ptr, open_as(mirror, second), NULL));
    ez_run_leave(inside);
    cr_expect(eq(ptr, open_as(mirror, second), run));
    ez_runs_free(mirror);
}

Test(runs, a_mirror_takes_no_token_that_there_cannot_be)
{
    const execz_run forged[] = {0, 1, UINT64_C(1) << 32, UINT64_C(1) << 32 | (EZ_RUNS_MAX + 1),
                                UINT64_MAX};
    ez_runs *mirror = ez_runs_new_mirror();

    for (size_t i = 0; i < G_N_ELEMENTS(forged); i++) {
        cr_expect(eq(ptr, open_as(mirror, forged[i]), NULL));
    }
    ez_runs_free(mirror);
}
