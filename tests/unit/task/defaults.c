/* SPDX-License-Identifier: MIT */
/* What a task has where its spec says nothing, and what it keeps of a spec. */
#include "task/task.h"

#include "tasks.h"

/* ---- defaults -------------------------------------------------------------------------------- */

Test(task, what_is_left_open_has_a_default)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = make_task(&spec);

    cr_expect(all(eq(str, (char *)ez_task_name(task), (char *)"backup"),
                  eq(str, (char *)task->plan->executor, (char *)"default"),
                  eq(str, (char *)task->schedule->timezone, (char *)"UTC")));
    cr_expect(all(eq(u32, task->plan->abi.max_instances, 1), eq(i32, task->plan->abi.priority, 0),
                  eq(u32, task->plan->coalesce, EXECZ_COALESCE_LATEST)));
    cr_expect(all(eq(i64, task->plan->abi.misfire_grace_time, EXECZ_HOUR),
                  eq(i64, task->plan->abi.timeout, 0),
                  eq(i64, task->plan->abi.kill_grace, 5 * EXECZ_SECOND),
                  eq(u64, task->plan->abi.output_limit, 65536)));
}

Test(task, the_scheduler_has_defaults_of_its_own)
{
    ez_task_defaults wishes = {"Asia/Kolkata", EXECZ_MINUTE, 7, EXECZ_COALESCE_NONE};
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = ez_task_new(&spec, &wishes, NULL, NULL);

    cr_assert(task != NULL);
    cr_expect(eq(str, (char *)task->schedule->timezone, (char *)"Asia/Kolkata"));
    cr_expect(all(eq(i64, task->plan->abi.misfire_grace_time, EXECZ_MINUTE),
                  eq(u32, task->plan->abi.max_instances, 7),
                  eq(u32, task->plan->coalesce, EXECZ_COALESCE_NONE)));
}

Test(task, what_the_task_says_wins_over_the_scheduler)
{
    ez_task_defaults wishes = {"Asia/Kolkata", EXECZ_MINUTE, 7, EXECZ_COALESCE_NONE};
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;

    spec.timezone = "Europe/London";
    spec.misfire_grace_time = 0;
    spec.max_instances = 2;
    spec.coalesce = EXECZ_COALESCE_LATEST;
    spec.kill_grace = 0;
    spec.timeout = EXECZ_DAY;
    spec.priority = -5;
    spec.output_limit = 1;
    task = ez_task_new(&spec, &wishes, NULL, NULL);
    cr_assert(task != NULL);
    cr_expect(eq(str, (char *)task->schedule->timezone, (char *)"Europe/London"));
    cr_expect(all(eq(i64, task->plan->abi.misfire_grace_time, 0),
                  eq(u32, task->plan->abi.max_instances, 2),
                  eq(u32, task->plan->coalesce, EXECZ_COALESCE_LATEST)));
    cr_expect(all(eq(i64, task->plan->abi.kill_grace, 0),
                  eq(i64, task->plan->abi.timeout, EXECZ_DAY),
                  eq(i32, task->plan->abi.priority, -5), eq(u64, task->plan->abi.output_limit, 1)));
}

Test(task, without_an_overlap_it_skips)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = make_task(&spec);

    cr_expect(eq(u32, task->plan->overlap, EXECZ_OVERLAP_SKIP));
}

Test(task, a_queue_that_names_no_limit_has_one_place)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    ez_task_defaults wishes = {.overlap = EXECZ_OVERLAP_QUEUE, .overlap_limit = 5};
    g_autoptr(ez_task) task = NULL;

    spec.overlap = EXECZ_OVERLAP_QUEUE;
    task = ez_task_new(&spec, &wishes, NULL, NULL);
    cr_assert(task != NULL);
    cr_expect(eq(u32, task->plan->overlap_limit, 1));
}

Test(task, an_unlimited_grace_stays_unlimited)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;

    spec.misfire_grace_time = -1;
    task = make_task(&spec);
    cr_expect(lt(i64, task->plan->abi.misfire_grace_time, 0));
}

/* ---- copies ---------------------------------------------------------------------------------- */

Test(task, texts_are_copied)
{
    char id[] = "id", name[] = "name", executor[] = "executor", cwd[] = "/tmp", args[] = "{}";
    char function[] = "module:name";
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;

    spec.id = id;
    spec.name = name;
    spec.executor = executor;
    spec.cwd = cwd;
    spec.args = args;
    spec.shell = NULL;
    spec.function = function;
    task = make_task(&spec);
    id[0] = name[0] = executor[0] = cwd[0] = args[0] = function[0] = '#';
    cr_expect(all(eq(str, (char *)task->id, (char *)"id"),
                  eq(str, (char *)ez_task_name(task), (char *)"name"),
                  eq(str, (char *)task->plan->executor, (char *)"executor")));
    cr_expect(all(eq(str, (char *)task->plan->abi.cwd, (char *)"/tmp"),
                  eq(str, (char *)ez_task_args(task), (char *)"{}"),
                  eq(str, (char *)task->plan->abi.function, (char *)"module:name")));
    cr_expect(eq(u32, task->plan->abi.kind, EXECZ_TASK_FUNCTION));
}

Test(task, options_are_copied)
{
    char key[] = "mode", value[] = "fast";
    execz_pair options[] = {{key, value}, {"empty", ""}};
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;

    spec.options = options;
    spec.n_options = 2;
    task = make_task(&spec);
    key[0] = value[0] = '#';
    cr_assert(eq(u64, task->plan->abi.n_options, 2));
    cr_expect(all(eq(str, (char *)task->plan->abi.options[0].key, (char *)"mode"),
                  eq(str, (char *)task->plan->abi.options[0].value, (char *)"fast"),
                  eq(str, (char *)task->plan->abi.options[1].key, (char *)"empty"),
                  eq(str, (char *)task->plan->abi.options[1].value, (char *)"")));
}

Test(task, a_spec_of_an_older_program_is_shorter)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) task = NULL;

    spec.priority = 9;
    spec.coalesce = EXECZ_COALESCE_NONE;
    spec.size = offsetof(execz_task_spec, coalesce);
    task = make_task(&spec);
    cr_expect(all(eq(i32, task->plan->abi.priority, 0),
                  eq(u32, task->plan->coalesce, EXECZ_COALESCE_LATEST)));
}

Test(task, lives_as_long_as_somebody_refers_to_it)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    ez_task *task = make_task(&spec), *same = ez_task_ref(task);

    ez_task_unref(task);
    cr_expect(eq(str, (char *)same->id, (char *)"backup"));
    ez_task_unref(same);
    ez_task_unref(NULL);
}
