/* SPDX-License-Identifier: MIT */
#include "function/children.h"

#include "fibers.h"
#include "fixture.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture f;
static execz_function function = {
    .size = sizeof function, .kind = EXECZ_TASK_COROUTINE, .name = "parent"};
static atomic_int ended; /* children that came to their end */

static void
setup(void)
{
    fixture_init(&f, EXECZ_TASK_FUNCTION);
    f.task.function = "own:parent";
}

static void
teardown(void)
{
    fixture_deinit(&f);
}

TestSuite(children, .init = setup, .fini = teardown);

/* ---- the ways a function may be run ---- */

static void
call_it(void *argument, const execz_waiter *waiter)
{
    f.body.waiter = waiter;
    ez_call_function(&function, &f.body, &f.outcome);
}

/* With an executor's waiter that is from before there were children. */
static void
call_it_plainly(void *argument, const execz_waiter *waiter)
{
    execz_waiter plain = *waiter;

    plain.size = offsetof(execz_waiter, spawn);
    plain.spawn = NULL;
    call_it(argument, &plain);
}

#define BLOCKING 0 /* children are threads */
#define PLAIN 1    /* as well, beside a coroutine */
#define LOOP 2     /* coroutines */
#define WAYS 3

static void
run(int way, execz_function_call parent)
{
    function.call = parent;
    ended = 0;
    ez_outcome_clear(&f.outcome);
    if (way == BLOCKING) {
        call_it(NULL, NULL);
    } else {
        fibers_run(way == LOOP ? call_it : call_it_plainly, NULL);
    }
}

static void
expect_value(execz_function_call parent, const char *value)
{
    for (int way = 0; way < WAYS; way++) {
        run(way, parent);
        cr_assert(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK), "way %d: %s", way,
                  f.outcome.message);
        cr_expect(eq(str, f.outcome.value, (char *)value), "way %d", way);
    }
}

static void
expect_error(execz_function_call parent, const char *message)
{
    for (int way = 0; way < WAYS; way++) {
        run(way, parent);
        cr_assert(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR), "way %d", way);
        cr_expect(eq(str, f.outcome.message, (char *)message), "way %d", way);
    }
}

/* ---- joining ---- */

static int32_t
square(execz_call *call, void *argument)
{
    int32_t n = (int32_t)(intptr_t)argument;

    return execz_sleep(call, EXECZ_MILLISECOND) < 0 ? -1 : n * n;
}

static execz_status
sum_of_squares(execz_call *call)
{
    int32_t children[10], result, sum = 0;

    for (int i = 0; i < 10; i++) {
        children[i] = execz_spawn(call, square, (void *)(intptr_t)i);
    }
    for (int i = 9; i >= 0; i--) {
        if (execz_join(call, children[i], -1, &result) < 0) {
            return EXECZ_E_FAIL;
        }
        sum += result;
    }
    return execz_return(call, "%d", sum);
}

Test(children, are_joined_in_any_order_and_give_their_results)
{
    expect_value(sum_of_squares, "285");
    cr_expect(eq(uint, fibers_spawned(), 10));
}

static execz_status
joins_twice(execz_call *call)
{
    int32_t child = execz_spawn(call, square, NULL);
    int32_t first = execz_join(call, child, -1, NULL);

    return execz_return(call, "[%d, %d, %d, %d, %d, %d]", first,
                        execz_join(call, child, -1, NULL) == -ECHILD,
                        execz_cancel(call, child) == -ECHILD,
                        execz_join(call, 0, -1, NULL) == -ECHILD,
                        execz_join(call, -EAGAIN, -1, NULL) == -ECHILD,
                        execz_join(call, INT32_MAX, -1, NULL) == -ECHILD);
}

Test(children, what_is_no_child_is_told_so)
{
    expect_value(joins_twice, "[0, 1, 1, 1, 1, 1]");
}

static int32_t
nothing(execz_call *call, void *argument)
{
    return 7;
}

static execz_status
one_after_another(execz_call *call)
{
    int32_t before = 0;

    for (int i = 0; i < 5000; i++) {
        int32_t child = execz_spawn(call, nothing, NULL), result = 0;

        if (child <= 0 || child == before || execz_join(call, before, 0, NULL) != -ECHILD ||
            execz_join(call, child, -1, &result) != 0 || result != 7) {
            return execz_fail(call, "number %d: child %d, result %d", i, child, result);
        }
        before = child;
    }
    return EXECZ_OK;
}

Test(children, their_places_are_used_again_but_not_their_numbers)
{
    run(LOOP, one_after_another);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK), "%s", f.outcome.message);
}

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

Test(children, one_that_takes_too_long_can_be_cancelled_and_joined)
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

Test(children, one_that_waits_for_a_descriptor_can_be_cancelled)
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

Test(children, the_forgotten_are_cancelled_and_awaited_before_the_run_ends)
{
    for (int way = 0; way < WAYS; way++) {
        run(way, forgets_its_children);
        cr_expect(all(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK), eq(int, ended, 3)));
    }
}

static int32_t
has_a_child(execz_call *call, void *argument)
{
    int32_t result = 0;

    (void)execz_join(call, execz_spawn(call, sleeps_long, NULL), -1, &result);
    return result;
}

static execz_status
cancels_a_parent(execz_call *call)
{
    int32_t child = execz_spawn(call, has_a_child, NULL);

    (void)execz_sleep(call, EXECZ_MILLISECOND);
    (void)execz_cancel(call, child);
    return execz_join(call, child, -1, NULL) == 0 ? EXECZ_OK : EXECZ_E_FAIL;
}

Test(children, cancelling_one_ends_its_own_children_too)
{
    for (int way = 0; way < WAYS; way++) {
        run(way, cancels_a_parent);
        cr_expect(all(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK), eq(int, ended, 1)));
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
    ez_interrupt_raise(&f.interrupt);
    return NULL;
}

Test(children, an_interrupt_wakes_function_and_children)
{
    pthread_t thread;

    pthread_create(&thread, NULL, raise_it, NULL);
    run(BLOCKING, waits_for_one);
    pthread_join(thread, NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(le(int, ended, 1));
}

/* On a loop the executor cancels what waits there, and the host has raised the interrupt. */
static int32_t
ends_the_run(execz_call *call, void *argument)
{
    ez_interrupt_raise(&f.interrupt);
    fibers_cancel_all();
    return 0;
}

static execz_status
is_cancelled_while_it_joins(execz_call *call)
{
    (void)execz_spawn(call, ends_the_run, NULL);
    return waits_for_one(call);
}

Test(children, a_loop_can_cancel_them_with_their_run)
{
    run(LOOP, is_cancelled_while_it_joins);
    cr_expect(all(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_CANCELLED), eq(int, ended, 1)));
}

Test(children, threads_beside_a_coroutine_end_with_its_run)
{
    run(PLAIN, is_cancelled_while_it_joins);
    cr_expect(all(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_CANCELLED), eq(int, ended, 1)));
}

Test(children, the_deadline_is_theirs_too_and_makes_it_a_timeout)
{
    for (int way = 0; way < WAYS; way++) {
        fixture_timeout(&f, 10 * EXECZ_MILLISECOND);
        run(way, waits_for_one);
        cr_expect(all(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_TIMEOUT), eq(int, ended, 1)),
                  "way %d: %s", way, f.outcome.message);
    }
}

static execz_status
is_told_by_its_child(execz_call *call)
{
    int32_t child = execz_spawn(call, sleeps_long, NULL);

    while (ended == 0) { /* the child alone waits, until the deadline */
        struct timespec little = {.tv_nsec = 1000000};

        nanosleep(&little, NULL);
    }
    (void)execz_join(call, child, -1, NULL);
    return EXECZ_E_FAIL;
}

Test(children, a_deadline_that_one_of_them_met_makes_it_a_timeout)
{
    fixture_timeout(&f, 5 * EXECZ_MILLISECOND);
    run(BLOCKING, is_told_by_its_child);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_TIMEOUT));
}

/* ---- what they say ---- */

static int32_t
returns_json(execz_call *call, void *argument)
{
    return execz_return(call, "5");
}

static int32_t
fails_with_words(execz_call *call, void *argument)
{
    return execz_fail(call, "no answer from %s", (const char *)argument);
}

static int32_t
asks_wrongly(execz_call *call, void *argument)
{
    return (int32_t)execz_arg_int(call, "name", 3);
}

static execz_status
join_one(execz_call *call, execz_child_function child, void *argument)
{
    int32_t result = 0;

    (void)execz_join(call, execz_spawn(call, child, argument), -1, &result);
    return result < 0 ? EXECZ_E_FAIL : EXECZ_OK;
}

static char hera[] = "hera";

static execz_status
childs_result(execz_call *call)
{
    (void)join_one(call, returns_json, NULL);
    return execz_return(call, "1");
}

static execz_status
childs_words(execz_call *call)
{
    return join_one(call, fails_with_words, hera);
}

static execz_status
own_words(execz_call *call)
{
    (void)join_one(call, fails_with_words, hera);
    return execz_fail_text(call, "half of it failed");
}

static execz_status
ignored_words(execz_call *call)
{
    (void)join_one(call, fails_with_words, hera);
    return execz_return(call, "\"never mind\"");
}

static execz_status
childs_argument(execz_call *call)
{
    return join_one(call, asks_wrongly, NULL);
}

Test(children, have_no_result_but_their_number)
{
    expect_error(childs_result, "a child called execz_return(): its result is the number that its "
                                "function returns; the run's result is for the function that "
                                "started it");
}

Test(children, their_words_are_told_if_the_function_has_none_of_its_own)
{
    expect_error(childs_words, "no answer from hera");
    expect_error(own_words, "half of it failed");
    expect_value(ignored_words, "\"never mind\"");
}

Test(children, a_wrong_argument_is_named_as_in_the_function_itself)
{
    f.task.args = "{\"name\": \"x\"}";
    f.task.args_length = strlen(f.task.args);
    expect_error(childs_argument, "argument 'name' must be a whole number, not a text");
}

static int32_t
compares_facts(execz_call *call, void *argument)
{
    const execz_call *parent = argument;

    return strcmp(call->task, "t1") == 0 && strcmp(call->executor, "pool") == 0 &&
           strcmp(execz_run_key(call), "t1@2027-01-01T00:00:00Z") == 0 &&
           call->run == parent->run && call->attempt == parent->attempt &&
           call->scheduled == parent->scheduled && call->deadline == parent->deadline &&
           strcmp(execz_args(call, NULL), "{\"a\": 1}") == 0 && execz_arg_int(call, "a", 0) == 1;
}

static execz_status
shares_facts(execz_call *call)
{
    int32_t same = 0;

    (void)execz_join(call, execz_spawn(call, compares_facts, call), -1, &same);
    return execz_return(call, "%d", same);
}

Test(children, know_their_run_and_its_arguments)
{
    f.task.args = "{\"a\": 1}";
    f.task.args_length = strlen(f.task.args);
    expect_value(shares_facts, "1");
}

/* ---- limits ---- */

static execz_status
spawns_without_end(execz_call *call)
{
    int n = 0;

    while (execz_spawn(call, sleeps_long, NULL) > 0) {
        n++;
    }
    f.task.priority = n; /* told to the test */
    return EXECZ_E_LIMIT;
}

Test(children, threads_have_a_limit_that_is_named)
{
    for (int round = 0; round < 2; round++) { /* the second shows that all were given back */
        run(BLOCKING, spawns_without_end);
        cr_expect(eq(int, f.task.priority, EXECZ_CHILD_THREADS_MAX));
        cr_expect(eq(int, ended, EXECZ_CHILD_THREADS_MAX));
        cr_expect(eq(str, f.outcome.message,
                     (char *)"no more children can be started: where they are threads, there are "
                             "at most 1024 in a process; join some before starting more"));
    }
}
