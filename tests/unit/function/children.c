/* SPDX-License-Identifier: MIT */
#include "function/children.h"

#include "ways.h"
#include "support/effort.h"

TestSuite(children, .init = ways_setup, .fini = ways_teardown);

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

    for (int i = 0; i < EFFORT(5000, 300); i++) {
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
    cr_expect(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_OK), "%s", ways.outcome.message);
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
    ways.task.args = "{\"name\": \"x\"}";
    ways.task.args_length = strlen(ways.task.args);
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
    ways.task.args = "{\"a\": 1}";
    ways.task.args_length = strlen(ways.task.args);
    expect_value(shares_facts, "1");
}
