/* SPDX-License-Identifier: MIT */
#include "ways.h"

#include "function/call.h"

fixture ways;
atomic_int ended;

static execz_function function = {
    .size = sizeof function, .kind = EXECZ_TASK_COROUTINE, .name = "parent"};

void
ways_setup(void)
{
    fixture_init(&ways, EXECZ_TASK_FUNCTION);
    ways.task.function = "own:parent";
}

void
ways_teardown(void)
{
    fixture_deinit(&ways);
}

static void
call_it(void *argument, const execz_waiter *waiter)
{
    ways.body.waiter = waiter;
    ez_call_function(&function, &ways.body, &ways.outcome);
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

void
run(int way, execz_function_call parent)
{
    function.call = parent;
    ended = 0;
    ez_outcome_clear(&ways.outcome);
    if (way == BLOCKING) {
        call_it(NULL, NULL);
    } else {
        fibers_run(way == LOOP ? call_it : call_it_plainly, NULL);
    }
}

void
expect_value(execz_function_call parent, const char *value)
{
    for (int way = 0; way < WAYS; way++) {
        run(way, parent);
        cr_assert(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_OK), "way %d: %s", way,
                  ways.outcome.message);
        cr_expect(eq(str, ways.outcome.value, (char *)value), "way %d", way);
    }
}

void
expect_error(execz_function_call parent, const char *message)
{
    for (int way = 0; way < WAYS; way++) {
        run(way, parent);
        cr_assert(eq(u32, ways.outcome.outcome, EXECZ_OUTCOME_ERROR), "way %d", way);
        cr_expect(eq(str, ways.outcome.message, (char *)message), "way %d", way);
    }
}
