/* SPDX-License-Identifier: MIT */
#include "function/body.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture f;

static void
setup(void)
{
    fixture_init(&f, EXECZ_TASK_FUNCTION);
}

static void
teardown(void)
{
    fixture_deinit(&f);
}

TestSuite(body, .init = setup, .fini = teardown);

Test(body, functions_and_coroutines_are_called)
{
    fixture_call(&f, "greetings:add", NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK));
    f.task.kind = EXECZ_TASK_COROUTINE;
    fixture_call(&f, "greetings:nap", "{\"milliseconds\": 0}");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK));
}

Test(body, a_function_in_a_file_needs_no_directory)
{
    ez_modules_free(f.modules);
    f.modules = ez_modules_new(NULL);
    f.task.module_path = EXECZ_TEST_FUNCTIONS "/greetings.so";
    fixture_call(&f, "greetings:add", "{\"a\": 1}");
    cr_expect(eq(str, f.outcome.value, (char *)"1"));
}

Test(body, commands_are_run)
{
    f.task.kind = EXECZ_TASK_COMMAND;
    fixture_shell(&f, "echo hello");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(str, f.outcome.output, (char *)"hello\n"));
}

Test(body, an_unknown_function_is_an_error_that_says_so)
{
    fixture_call(&f, "greetings:bye", NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "has no function 'bye'") != NULL);
}

Test(body, a_payload_is_an_error_that_says_so)
{
    f.task.kind = EXECZ_TASK_PAYLOAD;
    fixture_run(&f);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "a payload has no body") != NULL, "%s", f.outcome.message);
}

Test(body, a_kind_from_the_future_is_an_error)
{
    f.task.kind = 99;
    fixture_run(&f);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "task kind 99") != NULL, "%s", f.outcome.message);
}

Test(body, cancelled_before_it_starts_it_never_does)
{
    ez_interrupt_raise(&f.interrupt);
    fixture_call(&f, "sample:stubborn", NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(zero(ptr, f.outcome.value));
}

/* ---- what was found before ---- */

static execz_status
says_found(execz_call *call)
{
    return execz_return(call, "\"found before\"");
}

static const execz_function found = {
    .size = sizeof found, .kind = EXECZ_TASK_COROUTINE, .name = "found", .call = says_found};

Test(body, a_function_is_looked_up_once_for_all_runs_of_its_task)
{
    _Atomic(const void *) resolved = NULL;

    f.body.resolved = &resolved;
    fixture_call(&f, "greetings:add", NULL);
    cr_expect(
        eq(ptr, (void *)resolved, (void *)ez_modules_resolve(f.modules, "greetings:add", NULL)));
    resolved = &found;
    fixture_call(&f, "greetings:add", NULL);
    cr_expect(eq(str, f.outcome.value, (char *)"\"found before\""));
}

Test(body, a_function_that_was_not_found_is_looked_for_again)
{
    _Atomic(const void *) resolved = NULL;

    f.body.resolved = &resolved;
    fixture_call(&f, "greetings:bye", NULL);
    cr_expect(zero(ptr, (void *)resolved));
    fixture_call(&f, "greetings:add", NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK));
}

static bool
is_coroutine(const char *function, _Atomic(const void *) *resolved)
{
    f.task.function = function;
    return ez_body_is_coroutine(f.modules, &f.task, resolved);
}

Test(body, a_coroutine_is_known_as_one_and_kept_for_its_runs)
{
    _Atomic(const void *) resolved = NULL;

    cr_expect(is_coroutine("greetings:nap", &resolved));
    cr_expect(
        eq(ptr, (void *)resolved, (void *)ez_modules_resolve(f.modules, "greetings:nap", NULL)));
    cr_expect(is_coroutine("nowhere:now", &resolved)); /* not looked up again */
}

Test(body, what_is_no_coroutine_is_known_as_well)
{
    cr_expect(not(is_coroutine("greetings:add", NULL)));
    cr_expect(not(is_coroutine("greetings:bye", NULL)));
    f.task.kind = EXECZ_TASK_COMMAND;
    cr_expect(not(is_coroutine(NULL, NULL)));
}

/* ---- outside of a run ---- */

Test(body, a_function_is_called_outside_of_any_run)
{
    const ez_body_caller caller = {.executor = "pool"};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_body_call_for(f.modules, &caller, "greetings:add", "{\"a\": 1}", &err),
                 EXECZ_OK));
    cr_expect(
        eq(int, ez_body_call_for(f.modules, &caller, "greetings:fail", NULL, &err), EXECZ_E_FAIL));
    cr_expect(eq(str, err.message, (char *)"greetings:fail: it was asked to"));
    cr_expect(eq(int, ez_body_call_for(f.modules, &caller, "greetings:bye", NULL, NULL),
                 EXECZ_E_NOT_FOUND));
}
