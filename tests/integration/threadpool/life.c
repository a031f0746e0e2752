/* SPDX-License-Identifier: MIT */
/* Shutdown, start again, and the initializer. */
#include "threadpool/fixture.h"

#include <limits.h>

TestSuite(pool_life, .init = set_up, .fini = tear_down);

/* Shuts down with one run running and three queued; so many of the four are cancelled. */
static void
expect_shutdown(const char *option, uint32_t flags, unsigned cancelled)
{
    int64_t deadline = patience_ends();
    unsigned begun = atomic_load(&n_begun);

    atomic_store(&released, false);
    START("max_workers=1", option);
    send_many("long", 4);
    WAIT_UNTIL(atomic_load(&n_begun) == begun + 1);
    ez_executor_shutdown(pool, flags, deadline);
    cr_expect(eq(int, try_to_send("quick", 0, NULL), EXECZ_E_SHUTDOWN));
    atomic_store(&released, cancelled < 4);
    cr_expect(eq(uint, finish(4, EXECZ_OUTCOME_CANCELLED), cancelled), "%s, flags %u", option,
              flags);
    stop_pool();
}

Test(pool_life, a_shutdown_lets_the_queue_run_empty_unless_told_to_cancel)
{
    expect_shutdown("queue_limit=0", 0, 0);
    expect_shutdown("queue_limit=0", EXECZ_SHUTDOWN_CANCEL, 4);
}

Test(pool_life, cancel_futures_cancels_what_is_queued_and_nothing_else)
{
    expect_shutdown("cancel_futures=yes", 0, 3);
    expect_shutdown("cancel_futures=no", 0, 0);
}

Test(pool_life, overwrite_wait_wins_over_what_a_shutdown_was_asked_for)
{
    expect_shutdown("overwrite_wait=yes", EXECZ_SHUTDOWN_CANCEL, 0);
    expect_shutdown("overwrite_wait=yes", 0, 0);
    expect_shutdown("overwrite_wait=no", 0, 4);
    expect_shutdown("overwrite_wait=no", EXECZ_SHUTDOWN_CANCEL, 4);
}

Test(pool_life, starts_and_stops_again_and_again)
{
    for (int i = 0; i < 20; i++) {
        START("max_workers=3");
        send_many("quick", i);
        stop_pool();
    }
    cr_expect(eq(uint, atomic_load(&n_begun), 190));
}

Test(pool_life, the_initializer_runs_once_in_each_new_thread_before_its_tasks)
{
    START("max_workers=2", "initializer=mine:prepare");
    send_many("long", 1);
    WAIT_UNTIL(atomic_load(&n_running) == 1);
    cr_expect(eq(str, order->str, (char *)"init long "));
    send_many("long", 1);
    WAIT_UNTIL(atomic_load(&n_running) == 2);
    atomic_store(&released, true);
    send_many("quick", 20);
    cr_expect(eq(uint, finish(22, EXECZ_OUTCOME_OK), 22));
    cr_expect(eq(uint, n_calls, 2));
}

Test(pool_life, a_worker_whose_initializer_fails_tries_again_while_others_go_on)
{
    n_fail = 1;
    START("max_workers=2", "initializer=mine:prepare");
    send_many("long", 2);
    WAIT_UNTIL(fixture_count_log(around, "next attempt in 1 s: no luck") == 1);
    WAIT_UNTIL(atomic_load(&n_running) == 2);
    cr_expect(eq(uint, n_calls, 3));
    cr_expect(eq(uint, fixture_count_log(around, "next attempt in 1 s: no luck"), 1));
}

Test(pool_life, what_waits_for_an_initializer_that_never_succeeds_is_cancelled_at_shutdown)
{
    n_fail = UINT_MAX;
    for (int i = 0; i < 10; i++) {
        START("max_workers=4", "initializer=mine:prepare");
        send_many("quick", 8);
        ez_executor_shutdown(pool, 0, 0);
        cr_expect(eq(uint, finish(8, EXECZ_OUTCOME_CANCELLED), 8));
        stop_pool();
    }
    cr_expect(eq(uint, atomic_load(&n_begun), 0));
    cr_expect(eq(uint, fixture_count_log(around, "8 queued runs are cancelled"), 10));
}

Test(pool_life, an_initializer_that_ends_its_thread_is_told_and_tried_again)
{
    n_exit = 1;
    START("max_workers=1", "initializer=mine:prepare");
    send_many("quick", 3);
    cr_expect(eq(uint, finish(3, EXECZ_OUTCOME_OK), 3));
    cr_expect(eq(uint, fixture_count_log(around, "has ended its worker's thread"), 1));
    cr_expect(eq(uint, n_calls, 2));
}

Test(pool_life, what_waits_for_an_initializer_that_always_ends_its_thread_is_cancelled)
{
    n_exit = UINT_MAX;
    START("max_workers=2", "initializer=mine:prepare");
    send_many("quick", 4);
    ez_executor_shutdown(pool, 0, 0);
    cr_expect(eq(uint, finish(4, EXECZ_OUTCOME_CANCELLED), 4));
}
