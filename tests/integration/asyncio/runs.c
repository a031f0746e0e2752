/* SPDX-License-Identifier: MIT */
/* What becomes of runs. */
#include "asyncio/fixture.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_uint n_begun;
static pthread_t main_thread, body_thread;

static int32_t
sleep_a_little(const execz_waiter *waiter, const ez_body *called)
{
    (void)called;
    body_thread = pthread_self();
    atomic_fetch_add(&n_begun, 1);
    return waiter->sleep(waiter->self, 5 * MS);
}

ON_EITHER_LOOP(a_coroutine_sleeps_and_finishes)
{
    const ez_outcome *outcome;

    body = sleep_a_little;
    (void)submit(EXECZ_TASK_COROUTINE, "one");
    outcome = finish_one();
    cr_expect(eq(u32, outcome->outcome, EXECZ_OUTCOME_OK));
    cr_expect(ge(i64, outcome->finished - outcome->started, 5 * MS));
}

enum { MANY = 500 };

/* Nobody gets up before all have gone to sleep. */
static int32_t
sleep_with_all(const execz_waiter *waiter, const ez_body *called)
{
    int32_t result = 0;

    (void)called;
    atomic_fetch_add(&n_begun, 1);
    do {
        result = waiter->sleep(waiter->self, 5 * MS);
    } while (result == 0 && atomic_load(&n_begun) < MANY);
    return result;
}

ON_EITHER_LOOP(many_wait_at_the_same_time)
{
    body = sleep_with_all;
    for (int i = 0; i < MANY; i++) {
        (void)submit(EXECZ_TASK_COROUTINE, "one");
    }
    for (int i = 0; i < MANY; i++) {
        cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
    }
}

Test(schedulers_loop, has_coroutines_on_the_schedulers_thread, .init = set_up_on_scheduler,
     .fini = tear_down)
{
    body = sleep_a_little;
    main_thread = pthread_self();
    (void)submit(EXECZ_TASK_COROUTINE, "one");
    (void)finish_one();
    cr_expect(pthread_equal(body_thread, main_thread));
    cr_expect(eq(uint, count_new_threads(), 0));
}

Test(own_loop, has_coroutines_on_one_thread_of_its_own, .init = set_up_on_own, .fini = tear_down)
{
    pthread_t first;

    body = sleep_a_little;
    main_thread = pthread_self();
    cr_expect(eq(uint, count_new_threads(), 0), "which is not there before");
    (void)submit(EXECZ_TASK_COROUTINE, "one");
    (void)finish_one();
    first = body_thread;
    (void)submit(EXECZ_TASK_COROUTINE, "two");
    (void)finish_one();
    cr_expect(not(pthread_equal(first, main_thread)));
    cr_expect(pthread_equal(first, body_thread));
    cr_expect(eq(uint, count_new_threads(), 1));
}

static int32_t
block_thread(const execz_waiter *waiter, const ez_body *called)
{
    (void)waiter;
    (void)called;
    body_thread = pthread_self();
    atomic_fetch_add(&n_begun, 1);
    (void)poll(NULL, 0, 5);
    return 0;
}

ON_EITHER_LOOP(a_function_runs_in_the_pool)
{
    body = block_thread;
    main_thread = pthread_self();
    (void)submit(EXECZ_TASK_FUNCTION, "one");
    cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
    cr_expect(not(pthread_equal(body_thread, main_thread)));
    cr_expect(eq(uint, count_new_threads(), 1), "and no loop was started for it");
}

static execz_time seen[3];

static int32_t
note_run_time(const execz_waiter *waiter, const ez_body *called)
{
    seen[atomic_fetch_add(&n_begun, 1)] = called->run_time;
    return waiter->sleep(waiter->self, MS);
}

ON_EITHER_LOOP(run_times_are_executed_in_their_order)
{
    execz_time first;
    ez_run *run;

    body = note_run_time;
    run = open_run(EXECZ_TASK_COROUTINE, "one", 3);
    first = ez_run_times(run)[0].run_time;
    cr_assert(eq(int, send_run(run), EXECZ_OK));
    (void)finish_one();
    for (int i = 0; i < 3; i++) {
        cr_expect(eq(i64, seen[i], first + i * EXECZ_SECOND));
    }
}

/* ---- cancel and deadline in each kind of wait ---- */

static int ends[2];

static int32_t
wait_sleep(const execz_waiter *waiter, const ez_body *called)
{
    (void)called;
    atomic_fetch_add(&n_begun, 1);
    return waiter->sleep(waiter->self, EXECZ_HOUR);
}

static int32_t
wait_fd(const execz_waiter *waiter, const ez_body *called)
{
    (void)called;
    atomic_fetch_add(&n_begun, 1);
    return waiter->wait_fd(waiter->self, ends[0], POLLIN, -1);
}

static int32_t
wait_child(const execz_waiter *waiter, const ez_body *called)
{
    (void)called;
    atomic_fetch_add(&n_begun, 1);
    return waiter->wait_child(waiter->self, ends[0], -1); /* any descriptor will do */
}

static int32_t
wait_yield(const execz_waiter *waiter, const ez_body *called)
{
    int32_t result;

    (void)called;
    atomic_fetch_add(&n_begun, 1);
    do {
        result = waiter->yield(waiter->self);
    } while (result == 0);
    return result;
}

static void
child_sleeps(void *argument, const execz_waiter *waiter)
{
    *(int32_t *)argument = waiter->sleep(waiter->self, EXECZ_HOUR);
}

static int32_t
wait_join(const execz_waiter *waiter, const ez_body *called)
{
    const execz_waiter *inner = called->waiter;
    int32_t result, seen_by_child = 0;
    ez_waiter own;
    void *child;

    (void)waiter;
    ez_waiter_init(&own, inner, called->interrupt, called->deadline_monotonic);
    cr_assert(eq(int, inner->spawn(inner->self, child_sleeps, &seen_by_child, &child), 0));
    atomic_fetch_add(&n_begun, 1);
    result = inner->join(inner->self, child, ez_waiter_nearer(&own, -1));
    if (result < 0) { /* else the child was cancelled with the run, and faster */
        cr_expect(eq(int, inner->cancel(inner->self, child), 0));
        cr_expect(eq(int, inner->join(inner->self, child, -1), 0));
        cr_expect(eq(int, seen_by_child, -ECANCELED));
    }
    return result < 0 ? result : seen_by_child;
}

static const struct {
    const char *name;
    script wait;
} waits[] = {{"sleep", wait_sleep},
             {"wait_fd", wait_fd},
             {"wait_child", wait_child},
             {"yield", wait_yield},
             {"join", wait_join}};

ON_EITHER_LOOP(each_wait_can_be_cancelled)
{
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
        ez_run *run;

        body = waits[i].wait;
        atomic_store(&n_begun, 0);
        run = submit(EXECZ_TASK_COROUTINE, waits[i].name);
        turn_until(&n_begun, 1);
        ez_executor_cancel(asyncio, run);
        cr_expect(eq(str, finish_one()->message, (char *)"-125"), "%s", waits[i].name);
    }
    close(ends[0]);
    close(ends[1]);
}

ON_EITHER_LOOP(each_wait_keeps_the_deadline)
{
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
        ez_run *run = open_run(EXECZ_TASK_COROUTINE, waits[i].name, 1);
        int64_t before = ez_waiter_now();

        body = waits[i].wait;
        run->view->abi.timeout = 10 * MS;
        cr_assert(eq(int, send_run(run), EXECZ_OK));
        cr_expect(eq(str, finish_one()->message, (char *)"-110"), "%s", waits[i].name);
        cr_expect(ge(i64, ez_waiter_now() - before, 10 * MS));
    }
    close(ends[0]);
    close(ends[1]);
}

ON_EITHER_LOOP(a_run_is_cancelled_before_it_begins)
{
    ez_run *run;

    body = wait_sleep;
    run = submit(EXECZ_TASK_COROUTINE, "one");
    ez_executor_cancel(asyncio, run);
    cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_CANCELLED));
}

static void
child_of_nobody(void *argument, const execz_waiter *waiter)
{
    (void)argument;
    (void)waiter->sleep(waiter->self, EXECZ_HOUR);
    atomic_fetch_add(&n_begun, 1);
}

static int32_t
forget_children(const execz_waiter *waiter, const ez_body *called)
{
    const execz_waiter *inner = called->waiter;
    void *child;

    (void)waiter;
    for (int i = 0; i < 3; i++) {
        cr_assert(eq(int, inner->spawn(inner->self, child_of_nobody, NULL, &child), 0));
    }
    return 0;
}

ON_EITHER_LOOP(forgotten_children_end_before_the_run)
{
    body = forget_children;
    (void)submit(EXECZ_TASK_COROUTINE, "one");
    cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(uint, atomic_load(&n_begun), 3));
}

static int32_t
double_it(void *argument)
{
    body_thread = pthread_self();
    return 2 * *(int *)argument;
}

static int32_t
offload_it(const execz_waiter *waiter, const ez_body *called)
{
    int number = 21;

    (void)called;
    return waiter->offload(waiter->self, double_it, &number) - 42;
}

ON_EITHER_LOOP(what_is_offloaded_runs_in_the_pool)
{
    body = offload_it;
    main_thread = pthread_self();
    (void)submit(EXECZ_TASK_COROUTINE, "one");
    cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
    cr_expect(not(pthread_equal(body_thread, main_thread)));
}
