/* SPDX-License-Identifier: MIT */
/* Bodies in worker processes: what they are told, and what they tell. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(functions, .fini = close_pool);

Test(functions, a_function_runs_in_another_process)
{
    open_pool(NULL);
    const ended *end = call("pool_bodies:process", NULL);

    cr_assert(eq(u32, end->outcome, EXECZ_OUTCOME_OK), "%s", end->message);
    cr_expect(ne(int, number_in(end->value, 0), (int)getpid()));
}

Test(functions, arguments_and_result_cross)
{
    open_pool(NULL);
    const ended *end = call("pool_bodies:echo", "{\"a\": [1, \"zwei\"]}");

    cr_expect(eq(str, end->value, (char *)"{\"a\": [1, \"zwei\"]}"));
}

Test(functions, a_failure_is_told_in_its_own_words)
{
    open_pool(NULL);
    const ended *end = call("pool_bodies:fail", NULL);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR),
                  eq(str, end->message, (char *)"it was asked to")));
}

Test(functions, a_function_knows_its_run)
{
    open_pool(NULL);
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.function = "pool_bodies:facts";
    spec.timeout = EXECZ_MINUTE;
    add_spec("mine", &spec);
    run_task("mine");
    cr_expect(eq(str, await_ends("mine", 1)->value, (char *)"[\"mine\", \"default\", 1, 1]"));
}

Test(functions, a_run_is_told_to_have_started)
{
    open_pool(NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 300}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    cr_expect(eq(uint, ends_of("sleeper"), 0));
    const ended *end = await_ends("sleeper", 1);

    cr_expect(all(eq(uint, starts_of("sleeper"), 1),
                  ge(i64, end->finished - end->started, 300 * EXECZ_MILLISECOND)));
}
