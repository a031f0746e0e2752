/* SPDX-License-Identifier: MIT */
#include "task/spec.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const ez_task_defaults defaults = {"Europe/Paris", EXECZ_MINUTE, 7, EXECZ_COALESCE_NONE};

static ez_task *
make(const execz_task_spec *spec, const ez_task_defaults *with)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task = ez_task_new(spec, with, NULL, &err);

    cr_assert(task != NULL, "%s", err.message);
    return task;
}

Test(spec, a_task_made_of_its_own_spec_is_equal)
{
    static const char *const argv[] = {"ls", "-l", NULL};
    static const char *const env[] = {"A=1", "B=2", NULL};
    static const execz_pair options[] = {{"k", "v"}};
    execz_task_spec spec = {sizeof spec,
                            3,
                            "a",
                            "A",
                            "x",
                            "interval(hours=1)",
                            "Asia/Tokyo",
                            NULL,
                            argv,
                            NULL,
                            env,
                            "/",
                            "{}",
                            options,
                            1,
                            2 * EXECZ_SECOND,
                            3,
                            4,
                            5,
                            EXECZ_COALESCE_LATEST,
                            -6,
                            EXECZ_OVERLAP_QUEUE,
                            7};
    ez_task_defaults others = {"UTC", EXECZ_UNSET, 0, EXECZ_COALESCE_DEFAULT};
    ez_task *one = make(&spec, &defaults);
    execz_task_spec back;
    ez_task *other;

    ez_task_get_spec(one, &back);
    other = make(&back, &others);
    ez_task_get_spec(other, &back);
    cr_expect(eq(str, (char *)back.id, (char *)"a"));
    cr_expect(eq(str, (char *)back.name, (char *)"A"));
    cr_expect(eq(str, (char *)back.executor, (char *)"x"));
    cr_expect(eq(str, (char *)back.trigger, (char *)"interval(hours=1)"));
    cr_expect(eq(str, (char *)back.timezone, (char *)"Asia/Tokyo"));
    cr_expect(eq(ptr, (void *)back.function, NULL));
    cr_expect(eq(str, (char *)back.argv[1], (char *)"-l"));
    cr_expect(eq(str, (char *)back.env[1], (char *)"B=2"));
    cr_expect(eq(str, (char *)back.cwd, (char *)"/"));
    cr_expect(eq(str, (char *)back.args, (char *)"{}"));
    cr_expect(all(eq(u64, back.n_options, 1), eq(str, (char *)back.options[0].value, (char *)"v")));
    cr_expect(all(eq(u32, back.max_instances, 3), eq(u32, back.coalesce, EXECZ_COALESCE_LATEST)));
    cr_expect(all(eq(i64, back.misfire_grace_time, 2 * EXECZ_SECOND), eq(i64, back.timeout, 3)));
    cr_expect(all(eq(i64, back.kill_grace, 4), eq(u64, back.output_limit, 5)));
    cr_expect(eq(i32, back.priority, -6));
    cr_expect(all(eq(u32, back.overlap, EXECZ_OVERLAP_QUEUE), eq(u32, back.overlap_limit, 7)));
    ez_task_unref(one);
    ez_task_unref(other);
}

Test(spec, attempts_are_kept_as_they_were_asked_for)
{
    static const int32_t never[] = {1, -2};
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_task_spec back;
    ez_task *task;

    spec.id = "a";
    spec.trigger = "interval(hours=1)";
    spec.shell = "exit 3";
    spec.max_attempts = 8;
    spec.retry_on = EXECZ_RETRY_ON_LOST;
    spec.retry_factor = 300;
    spec.retry_jitter = 10;
    spec.retry_delay = 11;
    spec.retry_max_delay = 12;
    spec.retry_never = never;
    spec.n_retry_never = 2;
    task = make(&spec, &defaults);
    ez_task_get_spec(task, &back);
    cr_expect(all(eq(u32, back.max_attempts, 8), eq(u32, back.retry_on, EXECZ_RETRY_ON_LOST)));
    cr_expect(all(eq(u32, back.retry_factor, 300), eq(u32, back.retry_jitter, 10)));
    cr_expect(all(eq(i64, back.retry_delay, 11), eq(i64, back.retry_max_delay, 12)));
    cr_expect(all(eq(u64, back.n_retry_never, 2), eq(i32, back.retry_never[1], -2)));
    ez_task_unref(task);
}

Test(spec, nothing_is_left_to_a_default)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_task_spec back;
    ez_task *task;

    spec.id = "a";
    spec.trigger = "interval(hours=1)";
    spec.shell = "exit 3";
    task = make(&spec, &defaults);
    ez_task_get_spec(task, &back);
    cr_expect(eq(str, (char *)back.timezone, (char *)"Europe/Paris"));
    cr_expect(eq(str, (char *)back.executor, (char *)"default"));
    cr_expect(all(eq(i64, back.misfire_grace_time, EXECZ_MINUTE), eq(u32, back.max_instances, 7)));
    cr_expect(eq(u32, back.coalesce, EXECZ_COALESCE_NONE));
    cr_expect(eq(str, (char *)back.argv[2], (char *)"exit 3"), "a shell line is a command");
    ez_task_unref(task);
}
