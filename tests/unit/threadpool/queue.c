/* SPDX-License-Identifier: MIT */
/* The queue of the threadpool, compiled in. */
#include "queue.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static atomic_size_t bytes; /* that were asked for in all */
static atomic_size_t limit; /* of them that there are */

static void *
count_realloc(const execz_host *host, void *pointer, size_t length)
{
    (void)host;
    if (length == 0) {
        free(pointer);
        return NULL;
    }
    if (atomic_fetch_add(&bytes, length) + length > atomic_load(&limit)) {
        atomic_fetch_sub(&bytes, length);
        return NULL;
    }
    return realloc(pointer, length);
}

static const execz_host memory = {.size = sizeof memory, .realloc = count_realloc};
static queue runs;

static void
set_up(void)
{
    atomic_store(&limit, SIZE_MAX);
    queue_init(&runs, &memory);
}

static void
tear_down(void)
{
    queue_deinit(&runs);
}

TestSuite(pool_queue, .init = set_up, .fini = tear_down);

static void
push(execz_run first, execz_run last, int32_t priority)
{
    for (execz_run run = first; run <= last; run++) {
        cr_assert(queue_push(&runs, run, priority));
    }
}

/* The next run; 0 if there is none. */
static execz_run
take(void)
{
    execz_run run = 0;
    queue_band *band;

    (void)queue_take(&runs, &run, 1, 1, &band);
    return run;
}

static void
expect_in_order(execz_run first, execz_run last)
{
    for (execz_run run = first; run <= last; run++) {
        cr_assert(eq(u64, take(), run));
    }
}

Test(pool_queue, is_empty_until_something_is_pushed_and_once_all_is_taken)
{
    cr_expect(all(queue_is_empty(&runs), eq(u64, take(), 0)));
    push(1, 1, 0);
    cr_expect(not(queue_is_empty(&runs)));
    cr_expect(eq(u64, take(), 1));
    cr_expect(all(queue_is_empty(&runs), eq(u64, take(), 0)));
}

Test(pool_queue, keeps_the_order_of_equals_over_many_chunks)
{
    push(1, 5000, 0);
    expect_in_order(1, 5000);
    cr_expect(queue_is_empty(&runs));
}

Test(pool_queue, is_right_at_each_border_of_a_chunk)
{
    for (execz_run n = 1022; n <= 1026; n++) {
        push(1, n, 0);
        expect_in_order(1, n);
        cr_expect(queue_is_empty(&runs));
    }
}

Test(pool_queue, gives_the_highest_priority_first)
{
    static const int32_t priorities[] = {0, INT32_MIN, 7, INT32_MAX, -1, 7};
    static const execz_run expected[] = {4, 3, 6, 1, 5, 2};

    for (size_t i = 0; i < 6; i++) {
        push(i + 1, i + 1, priorities[i]);
    }
    for (size_t i = 0; i < 6; i++) {
        cr_expect(eq(u64, take(), expected[i]));
    }
}

Test(pool_queue, knows_whether_there_is_more_urgent_work)
{
    execz_run run;
    queue_band *band;

    push(1, 2, 5);
    cr_assert(eq(u32, queue_take(&runs, &run, 1, 1, &band), 1));
    cr_expect(not(queue_has_higher(&runs, band)), "equals are not");
    push(3, 3, 4);
    cr_expect(not(queue_has_higher(&runs, band)));
    push(4, 4, 6);
    cr_expect(queue_has_higher(&runs, band));
    cr_expect(eq(u64, take(), 4));
    cr_expect(not(queue_has_higher(&runs, band)));
}

Test(pool_queue, gives_each_taker_its_share_rounded_up_and_of_one_band)
{
    execz_run found[32];
    queue_band *band;

    push(1, 10, 0);
    push(11, 11, 1);
    cr_expect(eq(u32, queue_take(&runs, found, 32, 4, &band), 1), "the higher band has but one");
    cr_expect(eq(u32, queue_take(&runs, found, 32, 4, &band), 3));
    cr_expect(all(eq(u64, found[0], 1), eq(u64, found[2], 3)));
    cr_expect(eq(u32, queue_take(&runs, found, 2, 1, &band), 2), "at most so many");
    cr_expect(eq(u32, queue_take(&runs, found, 32, 20000, &band), 1));
    cr_expect(eq(u32, queue_take(&runs, found, 32, 1, &band), 4));
}

Test(pool_queue, uses_its_memory_again)
{
    size_t after_one_round;

    push(1, 3000, 0);
    expect_in_order(1, 3000);
    after_one_round = atomic_load(&bytes);
    for (int round = 0; round < 20; round++) {
        push(1, 3000, 0);
        expect_in_order(1, 3000);
    }
    cr_expect(le(sz, atomic_load(&bytes), after_one_round + 10000), "one chunk more at most");
}

Test(pool_queue, many_priorities_cost_a_bounded_number_of_bands)
{
    size_t at_256;
    unsigned n = 0;

    for (int32_t priority = 1; priority <= 256; priority++) {
        push((execz_run)priority * 10, (execz_run)priority * 10, priority * 10);
    }
    at_256 = atomic_load(&bytes);
    push(15, 15, 15);
    push(9, 9, INT32_MIN);
    push(2561, 2561, INT32_MAX);
    cr_expect(eq(sz, atomic_load(&bytes), at_256));
    expect_in_order(2560, 2561); /* behind the highest there is */
    for (execz_run run; (run = take()) != 0; n++) {
        cr_expect(run % 10 == 0 || run == 15 || run == 9);
    }
    cr_expect(eq(uint, n, 257));
}

Test(pool_queue, without_memory_refuses_and_keeps_what_it_has)
{
    atomic_store(&limit, 0);
    cr_expect(not(queue_push(&runs, 1, 0)));
    atomic_store(&limit, SIZE_MAX);
    push(1, 1023, 0);
    atomic_store(&limit, 0);
    cr_expect(not(queue_push(&runs, 1024, 0)));
    cr_expect(not(queue_push(&runs, 1, 1)));
    expect_in_order(1, 1000);
    atomic_store(&limit, SIZE_MAX);
    push(1024, 1030, 0);
    expect_in_order(1001, 1030);
}

/* ---- threads --------------------------------------------------------------------------------- */

enum { TAKERS = 4, RUNS = 200000, PRIORITIES = 3 };

static atomic_uchar seen[RUNS + 1];
static atomic_uint n_taken;

/* What one taker finds of one priority comes in order.  A run's priority is its rest. */
static void *
take_all(void *argument)
{
    uint32_t max = (uint32_t)(uintptr_t)argument;
    execz_run found[32], last[PRIORITIES] = {0};
    queue_band *band;

    while (atomic_load(&n_taken) < RUNS) {
        uint32_t n = queue_take(&runs, found, max, TAKERS, &band);

        for (uint32_t i = 0; i < n; i++) {
            cr_assert(gt(u64, found[i], last[found[i] % PRIORITIES]), "out of order");
            last[found[i] % PRIORITIES] = found[i];
            cr_assert(eq(int, atomic_fetch_add(&seen[found[i]], 1), 0), "taken twice");
        }
        atomic_fetch_add(&n_taken, n);
        if (n == 0) {
            (void)sched_yield();
        }
    }
    return NULL;
}

static void
expect_all_taken(int priorities)
{
    pthread_t threads[TAKERS];

    for (int i = 0; i < TAKERS; i++) {
        uintptr_t max = i % 2 == 0 ? 32 : 1;

        pthread_create(&threads[i], NULL, take_all, (void *)max);
    }
    for (execz_run run = 1; run <= RUNS; run++) {
        cr_assert(queue_push(&runs, run, priorities == 1 ? 0 : (int32_t)(run % PRIORITIES)));
        if (run % 3000 == 0) {
            (void)sched_yield(); /* so that takers come to the end of it now and then */
        }
    }
    for (int i = 0; i < TAKERS; i++) {
        pthread_join(threads[i], NULL);
    }
    cr_expect(all(eq(uint, atomic_load(&n_taken), RUNS), queue_is_empty(&runs)));
}

Test(pool_queue, loses_and_doubles_nothing_among_four_takers)
{
    expect_all_taken(1);
}

Test(pool_queue, loses_and_doubles_nothing_of_several_priorities)
{
    expect_all_taken(PRIORITIES);
}
