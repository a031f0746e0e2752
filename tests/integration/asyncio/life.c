/* SPDX-License-Identifier: MIT */
/* Start, options, shutdown, and start again. */
#include "asyncio/fixture.h"

#include <poll.h>

static void
lend(void)
{
    lends_loop = true;
}

TestSuite(life, .init = lend, .fini = tear_down);

static atomic_uint n_begun;
static atomic_bool released;

static int32_t
sleep_long(const execz_waiter *waiter, const ez_body *called)
{
    (void)called;
    atomic_fetch_add(&n_begun, 1);
    return waiter->sleep(waiter->self, EXECZ_HOUR);
}

static int32_t
sleep_short(const execz_waiter *waiter, const ez_body *called)
{
    (void)called;
    atomic_fetch_add(&n_begun, 1);
    return waiter->sleep(waiter->self, MS);
}

static int32_t
block(const execz_waiter *waiter, const ez_body *called)
{
    (void)waiter;
    (void)called;
    atomic_fetch_add(&n_begun, 1);
    while (!atomic_load(&released)) {
        (void)poll(NULL, 0, 1);
    }
    return 0;
}

static const char *const both[] = {"loop=scheduler", "loop=own"};

Test(life, starts_and_stops_again_and_again)
{
    body = sleep_short;
    for (int i = 0; i < 20; i++) {
        start_asyncio((const char *const[]){both[i % 2], NULL});
        for (int j = 0; j < 10; j++) {
            (void)submit(j % 2 == 0 ? EXECZ_TASK_COROUTINE : EXECZ_TASK_FUNCTION, "one");
        }
        stop_asyncio(0);
    }
}

Test(life, stops_without_ever_having_run_anything)
{
    start_asyncio((const char *const[]){"loop=own", NULL});
    stop_asyncio(0);
    start_asyncio(NULL);
    stop_asyncio(EXECZ_SHUTDOWN_CANCEL);
}

Test(life, a_host_that_does_not_lend_its_loop_is_no_obstacle)
{
    lends_loop = false;
    body = sleep_short;
    start_asyncio((const char *const[]){"loop=scheduler", NULL});
    (void)submit(EXECZ_TASK_COROUTINE, "one");
    cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
}

Test(life, several_live_side_by_side)
{
    ez_executor *first;

    body = sleep_short;
    lends_loop = false;
    start_asyncio(NULL);
    first = asyncio;
    start_asyncio(NULL);
    (void)submit(EXECZ_TASK_COROUTINE, "one");
    (void)finish_one();
    stop_asyncio(0);
    asyncio = first;
    (void)submit(EXECZ_TASK_COROUTINE, "one");
    (void)finish_one();
    ez_executor_shutdown(asyncio, 0, 0);
    ez_executor_stop(asyncio, patience_ends(), false);
    ez_executor_free(asyncio);
    asyncio = NULL;
}

static void
expect_shutdown(uint32_t flags, const char *const *options, unsigned cancelled)
{
    atomic_store(&n_begun, 0);
    start_asyncio(options);
    for (int i = 0; i < 100; i++) {
        (void)submit(EXECZ_TASK_COROUTINE, "one");
    }
    turn_until(&n_begun, 100);
    ez_executor_shutdown(asyncio, flags, patience_ends());
    for (int i = 0; i < 100; i++) {
        cancelled -= finish_one()->outcome == EXECZ_OUTCOME_CANCELLED;
    }
    cr_expect(eq(uint, cancelled, 0));
    stop_asyncio(0);
}

Test(life, a_shutdown_lets_runs_end)
{
    body = sleep_short;
    expect_shutdown(0, (const char *const[]){"loop=scheduler", NULL}, 0);
    expect_shutdown(0, (const char *const[]){"loop=own", NULL}, 0);
}

Test(life, a_shutdown_with_cancel_ends_them)
{
    body = sleep_long;
    expect_shutdown(EXECZ_SHUTDOWN_CANCEL, (const char *const[]){"loop=scheduler", NULL}, 100);
    expect_shutdown(EXECZ_SHUTDOWN_CANCEL, (const char *const[]){"loop=own", NULL}, 100);
}

Test(life, a_shutdown_may_come_again_and_stronger)
{
    body = sleep_long;
    for (int i = 0; i < 2; i++) {
        start_asyncio((const char *const[]){both[i], NULL});
        atomic_store(&n_begun, 0);
        (void)submit(EXECZ_TASK_COROUTINE, "one");
        turn_until(&n_begun, 1);
        ez_executor_shutdown(asyncio, 0, ez_waiter_now());
        cr_expect(eq(uint, *ez_executor_unfinished(asyncio), 1));
        stop_asyncio(EXECZ_SHUTDOWN_CANCEL);
    }
}

Test(life, overwrite_wait_turns_a_shutdown_round)
{
    body = sleep_long;
    expect_shutdown(0, (const char *const[]){"overwrite_wait=no", NULL}, 100);
    body = sleep_short;
    expect_shutdown(EXECZ_SHUTDOWN_CANCEL, (const char *const[]){"overwrite_wait=yes", NULL}, 0);
}

Test(life, cancel_futures_ends_what_has_not_begun)
{
    unsigned cancelled = 0;

    body = block;
    start_asyncio((const char *const[]){"max_workers=1", "cancel_futures=yes", NULL});
    for (int i = 0; i < 5; i++) {
        (void)submit(EXECZ_TASK_FUNCTION, "one");
    }
    turn_until(&n_begun, 1);
    ez_executor_shutdown(asyncio, 0, ez_waiter_now());
    atomic_store(&released, true);
    for (int i = 0; i < 5; i++) {
        cancelled += finish_one()->outcome == EXECZ_OUTCOME_CANCELLED;
    }
    cr_expect(eq(uint, cancelled, 4));
}

Test(life, max_workers_is_how_many_functions_run_at_once)
{
    body = block;
    start_asyncio((const char *const[]){"max_workers=3", NULL});
    for (int i = 0; i < 10; i++) {
        (void)submit(EXECZ_TASK_FUNCTION, "one");
    }
    turn_until(&n_begun, 3);
    (void)poll(NULL, 0, 20);
    cr_expect(eq(uint, atomic_load(&n_begun), 3));
    cr_expect(eq(uint, count_new_threads(), 3));
    atomic_store(&released, true);
}

Test(life, by_default_there_are_four_more_workers_than_processors)
{
    unsigned expected = MIN(32u, g_get_num_processors() + 4u);

    body = block;
    start_asyncio(NULL);
    for (int i = 0; i < 40; i++) {
        (void)submit(EXECZ_TASK_FUNCTION, "one");
    }
    turn_until(&n_begun, expected);
    (void)poll(NULL, 0, 20);
    cr_expect(eq(uint, atomic_load(&n_begun), expected));
    atomic_store(&released, true);
}

Test(life, max_coroutines_is_where_it_is_busy)
{
    ez_run *run, *refused;

    body = sleep_long;
    for (int i = 0; i < 2; i++) {
        start_asyncio((const char *const[]){both[i], "max_coroutines=2", NULL});
        run = submit(EXECZ_TASK_COROUTINE, "one");
        (void)submit(EXECZ_TASK_COROUTINE, "two");
        refused = open_run(EXECZ_TASK_COROUTINE, "three", 1);
        cr_expect(eq(int, send_run(refused), EXECZ_E_BUSY));
        ez_executor_cancel(asyncio, run);
        (void)finish_one();
        cr_expect(eq(int, send_run(refused), EXECZ_OK)); /* who is finished has left its place */
        stop_asyncio(EXECZ_SHUTDOWN_CANCEL);
    }
}

static int32_t
hold(const execz_waiter *waiter, const ez_body *called)
{
    int64_t end = ez_waiter_now() + 60 * MS;

    (void)waiter;
    (void)called;
    while (ez_waiter_now() < end) {
    }
    return 0;
}

Test(life, slow_callback_warning_names_the_task)
{
    body = hold;
    start_asyncio((const char *const[]){"slow_callback_warning=30ms", NULL});
    (void)submit(EXECZ_TASK_COROUTINE, "dawdler");
    (void)finish_one();
    cr_expect(eq(uint,
                 fixture_count_log(around, "warning: executor=cpu task=dawdler its coroutine "
                                           "held the loop for"),
                 1),
              "%s", around->log->str);
}

Test(life, slow_callback_warning_gives_a_command_no_advice_for_functions)
{
    start_asyncio((const char *const[]){"slow_callback_warning=1us", NULL});
    (void)submit_shell("true", 0);
    (void)finish_one();
    cr_expect(gt(uint, fixture_count_log(around, " its command held the loop for"), 0), "%s",
              around->log->str);
    cr_expect(eq(uint, fixture_count_log(around, "execz_offload()"), 0), "%s", around->log->str);
}

static int32_t
hold_briefly(const execz_waiter *waiter, const ez_body *called)
{
    int64_t end = ez_waiter_now() + 2 * MS;

    (void)waiter;
    (void)called;
    while (ez_waiter_now() < end) {
    }
    return 0;
}

Test(life, slow_callback_warning_comes_while_its_task_still_exists)
{
    body = hold_briefly;
    start_asyncio((const char *const[]){"loop=own", "slow_callback_warning=1ms", NULL});
    for (unsigned i = 1; i <= 100; i++) {
        (void)submit(EXECZ_TASK_COROUTINE, "dawdler");
        (void)finish_one();
        cr_assert(eq(uint, fixture_count_log(around, "task=dawdler its coroutine held"), i));
    }
}

Test(life, slow_callback_warning_can_be_switched_off)
{
    body = hold;
    start_asyncio((const char *const[]){"slow_callback_warning=0s", NULL});
    (void)submit(EXECZ_TASK_COROUTINE, "dawdler");
    (void)finish_one();
    cr_expect(eq(uint, fixture_count_log(around, "held the loop"), 0));
}

static int32_t
use_much_stack(const execz_waiter *waiter, const ez_body *called)
{
    volatile char room[200 * 1024];

    (void)called;
    for (size_t i = 0; i < sizeof room; i += 1024) {
        room[i] = (char)i;
    }
    return waiter->sleep(waiter->self, MS) + room[1024] * 0;
}

Test(life, stack_size_is_what_a_body_may_use)
{
    body = use_much_stack;
    start_asyncio((const char *const[]){"stack_size=512KiB", NULL});
    (void)submit(EXECZ_TASK_COROUTINE, "big");
    cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
}
