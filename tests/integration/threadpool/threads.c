/* SPDX-License-Identifier: MIT */
/* Threads: how many, when they come and go, and what they are called. */
#include "threadpool/fixture.h"

#include <time.h>

TestSuite(pool_threads, .init = set_up, .fini = tear_down);

/* One more than is needed may come: who is just about to fall asleep is not counted on. */
Test(pool_threads, one_is_there_from_the_start_and_the_others_are_started_on_demand)
{
    START("max_workers=10");
    cr_expect(eq(uint, count_new_threads(), 1));
    send_many("long", 1);
    WAIT_UNTIL(atomic_load(&n_begun) == 1);
    nap(10);
    cr_expect(le(uint, count_new_threads(), 2));
    send_many("long", 2);
    WAIT_UNTIL(atomic_load(&n_begun) == 3);
    nap(10);
    cr_expect(all(ge(uint, count_new_threads(), 3), le(uint, count_new_threads(), 4)));
}

Test(pool_threads, max_workers_bodies_run_at_once_and_never_more)
{
    START("max_workers=3");
    send_many("long", 20);
    WAIT_UNTIL(atomic_load(&n_running) == 3);
    nap(20);
    cr_expect(eq(uint, count_new_threads(), 3));
    atomic_store(&released, true);
    cr_expect(eq(uint, finish(20, EXECZ_OUTCOME_OK), 20));
    cr_expect(eq(uint, atomic_load(&most_running), 3));
}

Test(pool_threads, by_default_there_are_ten)
{
    start_pool(NULL);
    send_many("long", 30);
    WAIT_UNTIL(atomic_load(&n_running) == 10);
    nap(20);
    cr_expect(eq(uint, count_new_threads(), 10));
}

Test(pool_threads, a_burst_that_meets_one_sleeper_starts_the_others)
{
    START("max_workers=4");
    send_many("quick", 1);
    cr_expect(eq(uint, finish(1, EXECZ_OUTCOME_OK), 1));
    nap(10); /* so that it sleeps */
    send_many("long", 4);
    WAIT_UNTIL(atomic_load(&n_running) == 4);
}

Test(pool_threads, a_burst_wakes_all_sleepers_there_is_work_for)
{
    START("max_workers=8");
    for (int round = 0; round < 5; round++) {
        atomic_store(&released, false);
        send_many("long", 8);
        WAIT_UNTIL(atomic_load(&n_running) == 8);
        atomic_store(&released, true);
        cr_expect(eq(uint, finish(8, EXECZ_OUTCOME_OK), 8));
        nap(5);
    }
}

Test(pool_threads, a_long_run_does_not_hold_up_those_behind_it)
{
    START("max_workers=2");
    send_many("gate", 2);
    WAIT_UNTIL(atomic_load(&n_running) == 2);
    atomic_store(&released, true);
    cr_expect(eq(uint, finish(2, EXECZ_OUTCOME_OK), 2));
    atomic_store(&released, false);
    (void)send("long");
    send_many("quick", 500);
    cr_expect(eq(uint, finish(500, EXECZ_OUTCOME_OK), 500));
    cr_expect(eq(uint, atomic_load(&n_running), 1), "the long one");
}

Test(pool_threads, threads_bear_the_executors_alias_or_thread_name_prefix)
{
    START("max_workers=1");
    send_many("quick", 1);
    (void)finish(1, 0);
    cr_expect(eq(str, comm, (char *)"cpu"));
    stop_pool();
    START("max_workers=1", "thread_name_prefix=a-name-longer-than-shown");
    send_many("quick", 1);
    (void)finish(1, 0);
    cr_expect(eq(str, comm, (char *)"a-name-longer-t"));
}

Test(pool_threads, a_thread_ends_after_idle_timeout_and_a_later_run_starts_another)
{
    START("max_workers=2", "idle_timeout=10ms");
    for (int i = 0; i < 3; i++) {
        send_many("quick", 1);
        cr_expect(eq(uint, finish(1, EXECZ_OUTCOME_OK), 1));
        WAIT_UNTIL(count_new_threads() == 0);
    }
}

/* A timeout in each gap between two runs: whoever is about to leave must not lose one. */
Test(pool_threads, loses_no_run_to_threads_that_leave)
{
    START("max_workers=2", "idle_timeout=1ms");
    for (int i = 0; i < 200; i++) {
        send_many("quick", 1 + i % 2);
        cr_assert(eq(uint, finish(1 + i % 2, EXECZ_OUTCOME_OK), 1 + i % 2));
        if (i % 4 == 0) {
            nap(1);
        }
    }
}

static int64_t
read_clock(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

/* What the other threads have used of a processor. */
static int64_t
used_by_others(void)
{
    int64_t own = read_clock(CLOCK_THREAD_CPUTIME_ID);

    return read_clock(CLOCK_PROCESS_CPUTIME_ID) - own;
}

static int64_t
used_during_a_nap(void)
{
    int64_t before = used_by_others();

    nap(50);
    return used_by_others() - before;
}

/* Each of them falls asleep in the end, and then stays so. */
Test(pool_threads, threads_stay_by_default_and_use_no_processor)
{
    START("max_workers=4");
    send_many("quick", 50);
    (void)finish(50, 0);
    WAIT_UNTIL(used_during_a_nap() < EXECZ_MILLISECOND);
    cr_expect(gt(uint, count_new_threads(), 0));
}

Test(pool_threads, a_body_that_ends_its_thread_costs_its_own_run_only)
{
    START("max_workers=2", "queue_limit=100");
    for (int round = 0; round < 20; round++) {
        send_many("quick", 3);
        send_many("xit", 2);
        send_many("quick", 3);
        cr_expect(eq(uint, finish(8, EXECZ_OUTCOME_OK), 6));
    }
    send_many("long", 2);
    WAIT_UNTIL(atomic_load(&n_running) == 2);
    WAIT_UNTIL(count_new_threads() == 2); /* those that have ended are on their way out */
    atomic_store(&released, true);
    cr_expect(eq(uint, finish(2, EXECZ_OUTCOME_OK), 2));
}
