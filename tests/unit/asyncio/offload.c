/* SPDX-License-Identifier: MIT */
#include "asyncio/fixture.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>

TestSuite(offload, .init = loop_set_up, .fini = loop_tear_down);

static coroutine *sleeper; /* who is cancelled by others */
static int32_t result;

static _Atomic pthread_t ran_on;

static int32_t
double_it(void *argument)
{
    atomic_store(&ran_on, pthread_self());
    (void)poll(NULL, 0, 5);
    return 2 * *(int *)argument;
}

static void
offload_once(coroutine *self)
{
    int number = 21;

    cr_expect(eq(int, OFFLOAD(self, double_it, &number), 42));
    cr_expect(not(pthread_equal(atomic_load(&ran_on), pthread_self())));
}

Test(offload, what_blocks_runs_on_a_thread_of_the_pool)
{
    run_one(offload_once);
}

static void
offload_often(coroutine *self)
{
    for (int i = 0; i < 20; i++) {
        cr_expect(eq(int, OFFLOAD(self, double_it, &i), 2 * i));
    }
}

Test(offload, many_offload_at_the_same_time)
{
    for (int i = 0; i < 10; i++) {
        (void)start(offload_often);
    }
    run_all();
    cr_expect(le(u32, pool_count(on.pool).workers, 2));
}

static _Atomic bool released;

static atomic_bool begun;

static int32_t
block(void *argument)
{
    (void)argument;
    atomic_store(&begun, true);
    while (!atomic_load(&released)) {
        (void)poll(NULL, 0, 1);
    }
    return 7;
}

static void
offload_block(coroutine *self)
{
    result = OFFLOAD(self, block, NULL);
}

static void
cancel_then_release(coroutine *self)
{
    while (!atomic_load(&begun)) {
        cr_expect(eq(int, SLEEP(self, MS), 0));
    }
    waiter_interrupt(sleeper);
    cr_expect(eq(int, SLEEP(self, 5 * MS), 0));
    cr_expect(eq(int, result, 0), "it still waits, for its stack is in use");
    atomic_store(&released, true);
}

Test(offload, what_runs_on_a_thread_is_not_called_off)
{
    sleeper = start(offload_block);
    run_one(cancel_then_release);
    cr_expect(eq(int, result, 7));
}

static int32_t queued_result;

static void
offload_queued(coroutine *self)
{
    while (pool_count(on.pool).busy < 2) {
        cr_expect(eq(int, SLEEP(self, MS), 0));
    }
    sleeper = self;
    queued_result = OFFLOAD(self, double_it, NULL); /* would crash */
}

static void
cancel_queued(coroutine *self)
{
    while (pool_count(on.pool).queued == 0 || sleeper == NULL) {
        cr_expect(eq(int, SLEEP(self, MS), 0));
    }
    waiter_interrupt(sleeper);
    while (queued_result == 0) { /* or it would begin, once the others are released */
        cr_expect(eq(int, SLEEP(self, MS), 0));
    }
    atomic_store(&released, true);
}

Test(offload, what_waits_for_a_thread_is_called_off)
{
    (void)start(offload_block);
    (void)start(offload_block);
    (void)start(offload_queued);
    run_one(cancel_queued);
    cr_expect(eq(int, queued_result, -ECANCELED));
}

static int32_t wrong_result;

static int32_t
wait_from_elsewhere(void *argument)
{
    coroutine *caller = argument;

    wrong_result = SLEEP(caller, MS);
    return 0;
}

static void
offload_wrong(coroutine *self)
{
    cr_expect(eq(int, OFFLOAD(self, wait_from_elsewhere, self), 0));
}

Test(offload, a_thread_cannot_wait_through_a_coroutine)
{
    run_one(offload_wrong);
    cr_expect(eq(int, wrong_result, -EPERM));
}
