/* SPDX-License-Identifier: MIT */
/* Runs: their order, how many may wait, and how they are cancelled. */
#include "threadpool/fixture.h"

#include <string.h>

TestSuite(pool_runs, .init = set_up, .fini = tear_down);

Test(pool_runs, higher_priority_goes_first_and_equals_as_they_came)
{
    START("max_workers=1");
    send_many("gate", 1);
    WAIT_UNTIL(atomic_load(&n_running) == 1);
    (void)try_to_send("q-low", INT32_MIN, NULL);
    (void)try_to_send("q-a", 0, NULL);
    (void)try_to_send("q-high", INT32_MAX, NULL);
    (void)try_to_send("q-five", 5, NULL);
    (void)try_to_send("q-b", 0, NULL);
    ez_executor_flush(pool);
    atomic_store(&released, true);
    (void)finish(6, 0);
    cr_expect(eq(str, order->str, (char *)"gate q-high q-five q-a q-b q-low "));
}

Test(pool_runs, an_urgent_run_overtakes_what_a_worker_has_in_hand)
{
    START("max_workers=1");
    send_many("gate", 1);
    WAIT_UNTIL(atomic_load(&n_running) == 1);
    (void)send("long");
    send_many("quick", 40);
    atomic_store(&released, true);
    (void)finish(1, 0);
    (void)finish(41, 0);
    atomic_store(&released, false);
    g_string_truncate(order, 0);
    (void)send("long");
    send_many("quick", 40);
    WAIT_UNTIL(atomic_load(&n_running) == 1);
    (void)try_to_send("q-urgent", 1, NULL);
    ez_executor_flush(pool);
    atomic_store(&released, true);
    (void)finish(42, 0);
    cr_expect(strstr(order->str, "long q-urgent ") != NULL, "%s", order->str);
}

/* Each comes when the worker that did the last one lingers, is about to sleep, or sleeps. */
Test(pool_runs, none_of_those_sent_one_by_one_is_missed)
{
    START("max_workers=2");
    for (int i = 0; i < 1000; i++) {
        send_many("quick", 1);
        cr_assert(eq(uint, finish(1, EXECZ_OUTCOME_OK), 1));
    }
}

Test(pool_runs, what_a_worker_found_while_it_lingered_does_not_wait_behind_a_long_run)
{
    START("max_workers=2");
    for (int i = 0; i < 50; i++) {
        send_many("quick", 1);
        (void)finish(1, EXECZ_OUTCOME_OK);
        atomic_store(&released, false);
        (void)try_to_send("long", 0, NULL);
        send_many("quick", 5);
        cr_assert(eq(uint, finish(5, EXECZ_OUTCOME_OK), 5));
        atomic_store(&released, true);
        (void)finish(1, EXECZ_OUTCOME_OK);
    }
}

Test(pool_runs, beyond_queue_limit_it_is_busy_and_nothing_is_lost)
{
    START("max_workers=1", "queue_limit=2");
    send_many("long", 3);
    cr_expect(eq(int, try_to_send("long", 0, NULL), EXECZ_E_BUSY));
    atomic_store(&released, true);
    cr_expect(eq(uint, finish(3, EXECZ_OUTCOME_OK), 3));
    WAIT_UNTIL(try_to_send("last", 0, NULL) == EXECZ_OK);
    ez_executor_flush(pool);
    cr_expect(eq(uint, finish(1, EXECZ_OUTCOME_OK), 1));
    cr_expect(eq(uint, atomic_load(&n_begun), 4));
}

Test(pool_runs, a_cancelled_run_makes_room_in_a_full_queue)
{
    ez_run *last = NULL;

    START("max_workers=1", "queue_limit=1");
    send_many("long", 1);
    WAIT_UNTIL(atomic_load(&n_running) == 1);
    last = send("long");
    cr_expect(eq(int, try_to_send("quick", 0, NULL), EXECZ_E_BUSY));
    ez_executor_cancel(pool, last);
    cr_expect(eq(uint, finish(1, EXECZ_OUTCOME_CANCELLED), 1));
    cr_expect(eq(int, try_to_send("quick", 0, NULL), EXECZ_OK));
    ez_executor_flush(pool);
    atomic_store(&released, true);
    cr_expect(eq(uint, finish(2, EXECZ_OUTCOME_OK), 2));
}

Test(pool_runs, cancels_a_queued_and_a_running_run)
{
    ez_run *running, *queued;

    START("max_workers=1");
    running = send("long");
    ez_executor_flush(pool);
    WAIT_UNTIL(atomic_load(&n_running) == 1);
    queued = send("long");
    (void)send("quick");
    ez_executor_flush(pool);
    ez_executor_cancel(pool, queued);
    cr_expect(eq(uint, finish(1, EXECZ_OUTCOME_CANCELLED), 1), "at once");
    cr_expect(eq(uint, atomic_load(&n_running), 1));
    ez_executor_cancel(pool, running);
    cr_expect(eq(uint, finish(1, EXECZ_OUTCOME_CANCELLED), 1));
    cr_expect(eq(uint, finish(1, EXECZ_OUTCOME_OK), 1), "the next goes on");
    cr_expect(eq(uint, atomic_load(&n_begun), 2));
}
