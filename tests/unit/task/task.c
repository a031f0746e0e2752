/* SPDX-License-Identifier: MIT */
#include "task/task.h"

#include "tasks.h"

#include <stdlib.h>
#include <string.h>

/* ---- trigger --------------------------------------------------------------------------------- */

Test(task, a_wrong_trigger_is_shown_with_task_and_column)
{
    execz_task_spec spec = spec_of("interval(minutes=soon)");

    expect_refused(&spec, EXECZ_E_PARSE,
                   "the trigger of task 'backup', column 18: minutes: 'soon' is not a number >= 0 "
                   "with at most 9 decimals; write one like 6 or 1.5");
}

Test(task, its_trigger_counts_from_the_anchor)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = make_task(&spec);
    g_autoptr(ez_trigger) trigger = ez_task_make_trigger(task, NEW_YEAR, NULL);

    cr_expect(eq(i64, ez_trigger_next(trigger, 0), NEW_YEAR + EXECZ_MINUTE));
}

Test(task, its_trigger_is_told_in_the_time_zone_of_the_task)
{
    execz_task_spec spec = spec_of("date(2027-01-01T05:30)");
    g_autoptr(ez_task) task = NULL;
    g_autoptr(ez_trigger) trigger = NULL;

    spec.timezone = "Asia/Kolkata";
    task = make_task(&spec);
    trigger = ez_task_make_trigger(task, 0, NULL);
    cr_expect(eq(i64, ez_trigger_next(trigger, 0), NEW_YEAR));
}

/* ---- body ------------------------------------------------------------------------------------ */

Test(task, a_shell_line_becomes_a_command)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;

    spec.shell = "echo 'a  b'";
    task = make_task(&spec);
    cr_expect(eq(u32, task->plan->abi.kind, EXECZ_TASK_COMMAND));
    cr_expect(all(eq(str, (char *)task->plan->abi.argv[0], (char *)"/bin/sh"),
                  eq(str, (char *)task->plan->abi.argv[1], (char *)"-c"),
                  eq(str, (char *)task->plan->abi.argv[2], (char *)"echo 'a  b'")));
    cr_expect(eq(ptr, (void *)task->plan->abi.argv[3], NULL));
}

Test(task, arrays_are_copied_with_their_end)
{
    char program[] = "true", option[] = "--all", variable[] = "A=";
    const char *argv[] = {program, option, NULL}, *env[] = {variable, NULL};
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;

    spec.shell = NULL;
    spec.argv = argv;
    spec.env = env;
    task = make_task(&spec);
    program[0] = option[0] = variable[0] = '#';
    argv[0] = env[0] = NULL;
    cr_expect(all(eq(str, (char *)task->plan->abi.argv[0], (char *)"true"),
                  eq(str, (char *)task->plan->abi.argv[1], (char *)"--all"),
                  eq(str, (char *)task->plan->abi.env[0], (char *)"A=")));
    cr_expect(eq(ptr, (void *)task->plan->abi.argv[2], NULL));
    cr_expect(eq(ptr, (void *)task->plan->abi.env[1], NULL));
}

Test(task, arguments_are_kept_as_they_are_written)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;

    spec.args = "{\"n\":  9007199254740993}";
    task = make_task(&spec);
    cr_expect(eq(str, (char *)ez_task_args(task), (char *)spec.args));
    cr_expect(eq(str, (char *)task->plan->abi.content_type, (char *)"application/json"));
}

/* ---- in flight ------------------------------------------------------------------------------- */

Test(task, executors_see_all_of_it_while_it_is_in_flight)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;
    const execz_task *view;
    ez_task_views views = {0};

    spec.name = "the nightly one";
    spec.args = "{\"n\": 1}";
    spec.timeout = EXECZ_SECOND;
    task = make_task(&spec);
    cr_expect(eq(ptr, task->view, NULL));
    ez_task_begin_run(task, &views);
    view = &task->view->abi;
    cr_expect(all(eq(u32, view->size, sizeof *view), eq(u32, view->kind, EXECZ_TASK_COMMAND),
                  eq(str, (char *)view->id, (char *)"backup"),
                  eq(str, (char *)view->name, (char *)"the nightly one")));
    cr_expect(all(eq(str, (char *)view->args, (char *)"{\"n\": 1}"), eq(u64, view->args_length, 8),
                  eq(i64, view->timeout, EXECZ_SECOND)));
    ez_task_end_run(task, &views);
    ez_task_views_deinit(&views);
}

Test(task, what_executors_see_stays_until_the_last_run_has_ended)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    ez_task *task = make_task(&spec);
    const ez_task_view *view;
    ez_task_views views = {0};

    ez_task_begin_run(task, &views);
    view = task->view;
    ez_task_begin_run(task, &views);
    ez_task_end_run(task, &views);
    cr_expect(eq(ptr, (void *)task->view, (void *)view));
    ez_task_unref(task); /* the run still holds it */
    cr_expect(eq(str, (char *)view->abi.id, (char *)"backup"));
    cr_expect(eq(str, (char *)view->abi.name, (char *)"backup"), "it has no other");
    cr_expect(eq(ptr, (void *)view->abi.args, NULL));
    ez_task_end_run(task, &views);
    ez_task_views_deinit(&views);
}

Test(task, what_executors_see_is_as_good_as_new_when_it_is_used_again)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) one = NULL;
    g_autoptr(ez_task) other = NULL;
    ez_task_views views = {0};

    spec.args = "{\"n\": 1}";
    one = make_task(&spec);
    spec.args = NULL;
    spec.id = "another";
    other = make_task(&spec);
    ez_task_begin_run(one, &views);
    ez_task_end_run(one, &views);
    cr_expect(eq(u32, views.n, 1));
    ez_task_begin_run(other, &views);
    cr_expect(eq(u32, views.n, 0));
    cr_expect(eq(str, (char *)other->view->abi.id, (char *)"another"));
    cr_expect(eq(ptr, (void *)other->view->abi.args, NULL));
    cr_expect(eq(u64, other->view->abi.args_length, 0));
    ez_task_end_run(other, &views);
    ez_task_views_deinit(&views);
}
