/* SPDX-License-Identifier: MIT */
/* What tasks share, and what keeps them apart. */
#include "task/plan.h"

#include "tasks.h"

static ez_task_tables tables;

static void
make_tables(void)
{
    tables = (ez_task_tables){ez_intern_table_new(), ez_intern_table_new()};
}

static void
free_tables(void)
{
    ez_intern_table_free(tables.plans);
    ez_intern_table_free(tables.schedules);
}

TestSuite(plan, .init = make_tables, .fini = free_tables);

static ez_task *
make(const execz_task_spec *spec)
{
    return make_sharing(spec, &tables);
}

/* Whether a task of spec has the plan of spec_of(EACH_MINUTE). */
static bool
is_plain(const execz_task_spec *spec)
{
    execz_task_spec plain = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) one = make(&plain), other = make(spec);

    return one->plan == other->plan;
}

Test(plan, tasks_that_differ_in_id_name_arguments_and_schedule_share_one)
{
    execz_task_spec spec = spec_of("cron(hour=2)");

    spec.id = "another";
    spec.name = "another name";
    spec.args = "{\"n\": 1}";
    spec.timezone = "Europe/London";
    cr_expect(is_plain(&spec));
}

Test(plan, what_is_left_open_is_the_same_as_its_default)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.max_instances = 1;
    spec.misfire_grace_time = EXECZ_HOUR;
    spec.coalesce = EXECZ_COALESCE_LATEST;
    cr_expect(is_plain(&spec));
}

Test(plan, any_other_policy_is_another_plan)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.priority = 1;
    cr_expect(not(is_plain(&spec)));
    spec = spec_of(EACH_MINUTE);
    spec.timeout = EXECZ_SECOND;
    cr_expect(not(is_plain(&spec)));
    spec = spec_of(EACH_MINUTE);
    spec.coalesce = EXECZ_COALESCE_NONE;
    cr_expect(not(is_plain(&spec)));
}

Test(plan, any_other_text_is_another_plan)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.shell = "true "; /* not "true" */
    cr_expect(not(is_plain(&spec)));
    spec = spec_of(EACH_MINUTE);
    spec.executor = "cpu";
    cr_expect(not(is_plain(&spec)));
    spec = spec_of(EACH_MINUTE);
    spec.cwd = "/";
    cr_expect(not(is_plain(&spec)));
}

Test(plan, texts_that_run_into_each_other_are_told_apart)
{
    const char *one[] = {"a", "b", NULL}, *two[] = {"a", "b", "c", NULL};
    const char *rest[] = {"C=", NULL};
    execz_task_spec spec = spec_of(EACH_MINUTE), other = spec;
    g_autoptr(ez_task) a = NULL;
    g_autoptr(ez_task) b = NULL;

    spec.shell = other.shell = NULL;
    spec.argv = two;
    other.argv = one;
    other.env = rest;
    a = make(&spec);
    b = make(&other);
    cr_expect(ne(ptr, a->plan, b->plan));
    cr_expect(eq(str, (char *)a->plan->abi.argv[2], (char *)"c"));
    cr_expect(all(eq(str, (char *)b->plan->abi.env[0], (char *)"C="),
                  eq(ptr, (void *)b->plan->abi.argv[2], NULL)));
}

Test(plan, a_long_one_is_kept_as_well)
{
    g_autofree char *line = g_strnfill(5000, 'x');
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) a = NULL;
    g_autoptr(ez_task) b = NULL;

    spec.shell = line;
    spec.cwd = "/tmp";
    a = make(&spec);
    b = make(&spec);
    cr_expect(eq(ptr, a->plan, b->plan));
    cr_expect(all(eq(str, (char *)a->plan->abi.argv[2], line),
                  eq(str, (char *)a->plan->abi.cwd, (char *)"/tmp")));
}

Test(plan, a_wrong_one_is_refused_again_and_again)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);

    spec.timeout = -1;
    cr_expect(eq(ptr, ez_task_new(&spec, &no_wishes, &tables, NULL), NULL));
    cr_expect(eq(ptr, ez_task_new(&spec, &no_wishes, &tables, NULL), NULL));
}

Test(plan, what_is_wrong_alone_is_wrong_beside_a_plan_like_it)
{
    execz_task_spec spec = spec_of(EACH_MINUTE);
    g_autoptr(ez_task) plain = make(&spec);
    execz_error err = EXECZ_ERROR_INIT;

    spec.overlap = EXECZ_OVERLAP_SKIP;
    spec.overlap_limit = 1; /* which is what the plan of the other one holds */
    cr_expect(eq(ptr, ez_task_new(&spec, &no_wishes, &tables, &err), NULL));
    cr_expect(eq(int, err.status, EXECZ_E_INVAL));
}
