/* SPDX-License-Identifier: MIT */
#include "function/child.h"

#include "support/effort.h"
#include "support/patience.h"
#include "ways.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

TestSuite(child, .init = ways_setup, .fini = ways_teardown);

/* ---- cancelling ---- */

static int32_t
sleeps_long(execz_call *call, void *argument)
{
    int32_t result = execz_sleep(call, EXECZ_HOUR);

    ended++;
    return result;
}

static execz_status
loses_patience(execz_call *call)
{
    int32_t child = execz_spawn(call, sleeps_long, NULL), result = 0;
    int32_t waited = execz_join(call, child, EXECZ_MILLISECOND, &result), joined;

    (void)execz_cancel(call, child);
    joined = execz_join(call, child, -1, &result);
    return execz_return(call, "[%d, %d, %d]", waited == -ETIMEDOUT, joined, result == -ECANCELED);
}

Test(child, one_that_takes_too_long_can_be_cancelled_and_joined)
{
    expect_value(loses_patience, "[1, 0, 1]");
}

static int32_t
reads_pipe(execz_call *call, void *argument)
{
    return execz_wait_fd(call, (int32_t)(intptr_t)argument, POLLIN, -1);
}

static execz_status
cancels_a_reader(execz_call *call)
{
    int32_t reader, result = 0;
    int ends[2];

    if (pipe(ends) != 0) {
        return EXECZ_E_IO;
    }
    reader = execz_spawn(call, reads_pipe, (void *)(intptr_t)ends[0]);
    (void)execz_sleep(call, EXECZ_MILLISECOND);
    (void)execz_cancel(call, reader);
    (void)execz_join(call, reader, -1, &result);
    close(ends[0]);
    close(ends[1]);
    return execz_return(call, "%d", result == -ECANCELED);
}

Test(child, one_that_waits_for_a_descriptor_can_be_cancelled)
{
    expect_value(cancels_a_reader, "1");
}

static execz_status
forgets_its_children(execz_call *call)
{
    (void)execz_spawn(call, sleeps_long, NULL);
    (void)execz_spawn(call, sleeps_long, NULL);
    (void)execz_spawn(call, sleeps_long, NULL);
    return execz_sleep(call, EXECZ_MILLISECOND) < 0 ? EXECZ_E_FAIL : EXECZ_OK;
}

Test(child, the_forgotten_are_cancelled_and_awaited_before_the_run_ends)
{
    for (int way = 0; way < WAYS; way++) {
        run(way, forgets_its_children);
        cr_expect(all(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_OK), eq(int, ended, 3)));
    }
}

static atomic_bool begun;

static int32_t
begins_and_sleeps_long(execz_call *call, void *argument)
{
    begun = true;
    return sleeps_long(call, argument);
}

static int32_t
has_a_child(execz_call *call, void *argument)
{
    int32_t result = 0;

    (void)execz_join(call, execz_spawn(call, begins_and_sleeps_long, NULL), -1, &result);
    return result;
}

static execz_status
cancels_a_parent(execz_call *call)
{
    int32_t child = execz_spawn(call, has_a_child, NULL);

    while (!begun) {
        (void)execz_sleep(call, EXECZ_MILLISECOND);
    }
    (void)execz_cancel(call, child);
    return execz_join(call, child, -1, NULL) == 0 ? EXECZ_OK : EXECZ_E_FAIL;
}

Test(child, cancelling_one_ends_its_own_children_too)
{
    for (int way = 0; way < WAYS; way++) {
        begun = false;
        run(way, cancels_a_parent);
        cr_expect(all(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_OK), eq(int, ended, 1)));
    }
}

/* ---- the run is told to stop ---- */

static execz_status
waits_for_one(execz_call *call)
{
    int32_t child = execz_spawn(call, sleeps_long, NULL), result = 0;
    int32_t joined = execz_join(call, child, -1, &result);

    return joined < 0 || result < 0 ? EXECZ_E_FAIL : EXECZ_OK;
}

static void *
raise_it(void *unused)
{
    ez_interrupt_raise(&ways.interrupt);
    return NULL;
}

Test(child, an_interrupt_wakes_function_and_children)
{
    pthread_t thread;

    pthread_create(&thread, NULL, raise_it, NULL);
    run(BLOCKING, waits_for_one);
    pthread_join(thread, NULL);
    cr_expect(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(le(int, ended, 1));
}

/* On a loop the executor cancels what waits there, and the host has raised the interrupt. */
static int32_t
ends_the_run(execz_call *call, void *argument)
{
    ez_interrupt_raise(&ways.interrupt);
    fibers_cancel_all();
    return 0;
}

static execz_status
is_cancelled_while_it_joins(execz_call *call)
{
    (void)execz_spawn(call, ends_the_run, NULL);
    return waits_for_one(call);
}

Test(child, a_loop_can_cancel_it_with_its_run)
{
    run(LOOP, is_cancelled_while_it_joins);
    cr_expect(all(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_CANCELLED), eq(int, ended, 1)));
}

Test(child, threads_beside_a_coroutine_end_with_its_run)
{
    run(PLAIN, is_cancelled_while_it_joins);
    cr_expect(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(le(int, ended, 1)); /* it may come too late to be started */
}

/* Gives the run more time as long as that is over before the child was spawned. */
static void
run_with_timeout(int way, execz_function_call parent)
{
    execz_duration timeout = 5 * EXECZ_MILLISECOND;

    do {
        timeout *= 2;
        cr_assert(lt(i64, timeout, PATIENCE));
        fixture_timeout(&ways, timeout);
        run(way, parent);
    } while (ended == 0);
    cr_expect(eq(int, ended, 1));
}

Test(child, the_deadline_is_theirs_too_and_makes_it_a_timeout)
{
    for (int way = 0; way < WAYS; way++) {
        run_with_timeout(way, waits_for_one);
        cr_expect(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_TIMEOUT), "way %d: %s", way,
                  ways.outcome.message);
    }
}

static execz_status
is_told_by_its_child(execz_call *call)
{
    int32_t child = execz_spawn(call, sleeps_long, NULL);

    while (child > 0 && ended == 0) { /* the child alone waits, until the deadline */
        struct timespec little = {.tv_nsec = 1000000};

        nanosleep(&little, NULL);
    }
    (void)execz_join(call, child, -1, NULL);
    return EXECZ_E_FAIL;
}

Test(child, a_deadline_that_one_of_them_met_makes_it_a_timeout)
{
    run_with_timeout(BLOCKING, is_told_by_its_child);
    cr_expect(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_TIMEOUT));
}

/* ---- limits ---- */

#ifndef EZ_TESTS_THREADS_WATCHED
static execz_status
spawns_without_end(execz_call *call)
{
    int n = 0;

    while (execz_spawn(call, sleeps_long, NULL) > 0) {
        n++;
    }
    ways.task.priority = n; /* told to the test */
    return EXECZ_E_LIMIT;
}

Test(child, threads_have_a_limit_that_is_named)
{
    /* A second round shows that all were given back. */
    for (int round = 0; round < EFFORT(2, 1); round++) {
        run(BLOCKING, spawns_without_end);
        cr_expect(eq(int, ways.task.priority, EXECZ_CHILD_THREADS_MAX));
        cr_expect(eq(int, ended, EXECZ_CHILD_THREADS_MAX));
        cr_expect(eq(str, ways.outcome.message,
                     (char *)"no more children can be started: where they are threads, there are "
                             "at most 1024 in a process; join some before starting more"));
    }
}
#endif
