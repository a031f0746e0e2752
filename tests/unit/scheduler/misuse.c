/* SPDX-License-Identifier: MIT */
/* What a program must not pass is told, and does no harm. */
#include "fixture.h"

#include <string.h>

#include <execz/query.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture *around;

static void
set_up(void)
{
    around = fixture_new("debug");
}

static void
tear_down(void)
{
    fixture_free(around);
}

TestSuite(misuse, .init = set_up, .fini = tear_down);

static void
expect_refused(execz_status status, const execz_error *err, const char *message)
{
    cr_expect(eq(int, status, EXECZ_E_INVAL));
    cr_expect(strstr(err->message, message) != NULL, "%s", err->message);
}

Test(misuse, a_task_that_is_none)
{
    execz_error err = EXECZ_ERROR_INIT;

    expect_refused(execz_scheduler_add_task(around->scheduler, NULL, &err), &err, "NULL");
    expect_refused(execz_scheduler_put_task(around->scheduler, NULL, &err), &err, "NULL");
}

Test(misuse, a_task_without_an_id_or_trigger)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.shell = "true";
    expect_refused(execz_scheduler_add_task(around->scheduler, &spec, &err), &err, "is empty");
    spec.id = "a";
    expect_refused(execz_scheduler_add_task(around->scheduler, &spec, &err), &err,
                   "task 'a' has no trigger");
    cr_expect(
        eq(int, execz_scheduler_remove_task(around->scheduler, NULL, &err), EXECZ_E_NOT_FOUND));
}

Test(misuse, options_of_a_task_that_are_not_there)
{
    const execz_pair pairs[] = {{"queue", "fast"}, {"nice", NULL}};
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.id = "a";
    spec.trigger = "interval(hours=1)";
    spec.shell = "true";
    spec.n_options = 2;
    expect_refused(execz_scheduler_add_task(around->scheduler, &spec, &err), &err, "option 1 ");
    spec.options = pairs;
    expect_refused(execz_scheduler_add_task(around->scheduler, &spec, &err), &err, "option 2 ");
    spec.n_options = EXECZ_TASK_OPTIONS_MAX + 1;
    cr_expect(eq(int, execz_scheduler_add_task(around->scheduler, &spec, &err), EXECZ_E_LIMIT));
}

Test(misuse, an_executor_without_alias_or_type)
{
    execz_scheduler *scheduler = around->scheduler;
    execz_error err = EXECZ_ERROR_INIT;

    expect_refused(execz_scheduler_add_executor(scheduler, NULL, "debug", NULL, 0, &err), &err,
                   "alias is empty");
    expect_refused(execz_scheduler_add_executor(scheduler, "a", NULL, NULL, 0, &err), &err,
                   "'a' has no type");
    expect_refused(execz_scheduler_remove_executor(scheduler, NULL, 0, &err), &err,
                   "alias is empty");
}

Test(misuse, a_listener_that_is_none)
{
    cr_expect(
        eq(u64, execz_scheduler_add_listener(around->scheduler, EXECZ_EVENT_ALL, NULL, NULL), 0));
}

Test(misuse, a_preview_without_room)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_time times[1];
    size_t n;

    fixture_add(around, "a", "interval(hours=1)", "tests:ok");
    expect_refused(execz_scheduler_preview_task(around->scheduler, "a", times, 1, NULL, &err), &err,
                   "needs room");
    expect_refused(execz_scheduler_preview_task(around->scheduler, "a", NULL, 1, &n, &err), &err,
                   "needs room");
}

Test(misuse, defaults_that_there_are_not)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    options.timezone = "Europe/Londn";
    cr_expect(eq(ptr, execz_scheduler_new(&options, &err), NULL));
    cr_expect(strstr(err.message, "did you mean \"Europe/London\"?") != NULL, "%s", err.message);
    options.timezone = NULL;
    options.coalesce = 7;
    cr_expect(eq(ptr, execz_scheduler_new(&options, &err), NULL));
    expect_refused(err.status, &err, "coalesce is 7");
    options.coalesce = EXECZ_COALESCE_LATEST;
    options.max_instances = EXECZ_MAX_INSTANCES_MAX + 1;
    cr_expect(eq(ptr, execz_scheduler_new(&options, &err), NULL));
    cr_expect(eq(int, err.status, EXECZ_E_LIMIT));
}
