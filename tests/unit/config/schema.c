/* SPDX-License-Identifier: MIT */
#include "config/schema.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* The spec of a task with these lines. */
static execz_task_spec
spec_of(loaded *f, const char *lines)
{
    g_autofree char *text =
        g_strconcat("executors.default.type = good\n[task:a]\nevery = 5s\nshell = true\n", lines,
                    NULL);
    g_autofree char *problems = NULL;

    *f = load_text(text);
    problems = problems_of(ez_config_problems(f->config));
    cr_assert(eq(str, problems, (char *)""));
    return task_of(f, "a")->spec;
}

Test(schema, what_a_task_does_not_say_stays_unset)
{
    g_auto(loaded) f = {0};
    execz_task_spec spec = spec_of(&f, "");

    cr_expect(eq(u32, spec.size, (uint32_t)sizeof spec));
    cr_expect(eq(u32, spec.max_instances, 0));
    cr_expect(eq(u32, spec.coalesce, EXECZ_COALESCE_DEFAULT));
    cr_expect(eq(i64, spec.misfire_grace_time, EXECZ_UNSET));
    cr_expect(eq(i64, spec.kill_grace, EXECZ_UNSET));
    cr_expect(eq(i64, spec.timeout, 0));
    cr_expect(eq(u64, spec.output_limit, 0));
    cr_expect(spec.executor == NULL);
}

Test(schema, unlimited_is_a_grace_time_without_limit)
{
    g_auto(loaded) f = {0};

    cr_expect(eq(i64, spec_of(&f, "misfire_grace_time = Unlimited\n").misfire_grace_time, -1));
}

Test(schema, the_other_spelling_of_the_grace_time_is_accepted)
{
    g_auto(loaded) f = {0};

    cr_expect(eq(i64, spec_of(&f, "mistrigger_grace_time = 1.5h\n").misfire_grace_time,
                 90 * EXECZ_MINUTE));
}

Test(schema, coalesce_has_words_and_truth_values)
{
    static const char *const latest[] = {"latest", "yes", "TRUE", "on", "1"};
    static const char *const none[] = {"none", "no", "False", "off", "0"};

    for (size_t i = 0; i < G_N_ELEMENTS(latest); i++) {
        g_autofree char *yes = g_strdup_printf("coalesce = %s\n", latest[i]);
        g_autofree char *no = g_strdup_printf("coalesce = %s\n", none[i]);
        g_auto(loaded) f = {0};
        g_auto(loaded) g = {0};

        cr_expect(eq(u32, spec_of(&f, yes).coalesce, EXECZ_COALESCE_LATEST), "%s", latest[i]);
        cr_expect(eq(u32, spec_of(&g, no).coalesce, EXECZ_COALESCE_NONE), "%s", none[i]);
    }
}

Test(schema, limits_are_inclusive)
{
    g_auto(loaded) f = {0};
    execz_task_spec spec =
        spec_of(&f, "max_instances = 1000000\noutput_limit = 1G\npriority = -2147483648\n");

    cr_expect(eq(u32, spec.max_instances, EXECZ_MAX_INSTANCES_MAX));
    cr_expect(eq(u64, spec.output_limit, EXECZ_OUTPUT_LIMIT_MAX));
    cr_expect(eq(i32, spec.priority, INT32_MIN));
}

Test(schema, a_task_can_lift_the_timeout_of_the_defaults)
{
    g_auto(loaded) f = load_text("executors.default.type = good\ndefaults.timeout = 1m\n"
                                 "tasks.a.every = 1s\ntasks.a.shell = true\n"
                                 "tasks.a.timeout = unlimited\n"
                                 "tasks.b.every = 1s\ntasks.b.shell = true\n");

    cr_expect(eq(i64, task_of(&f, "a")->spec.timeout, 0));
    cr_expect(eq(i64, task_of(&f, "b")->spec.timeout, EXECZ_MINUTE));
}

Test(schema, the_longest_id_is_accepted)
{
    g_autofree char *id = g_strnfill(EXECZ_TASK_ID_MAX, 'x');
    g_autofree char *text =
        g_strdup_printf("executors.default.type = good\n[task:%s]\nevery = 1s\nshell = true\n", id);
    g_auto(loaded) f = load_text(text);

    cr_expect(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    cr_expect(eq(str, (char *)task_of(&f, id)->spec.id, id));
}

Test(schema, a_wrong_value_leaves_the_others_alone)
{
    g_auto(loaded) f = load_text("executors.default.type = good\n[task:a]\nevery = 1s\n"
                                 "shell = true\nmax_instances = x\npriority = 7\n");

    cr_expect(eq(u32, task_of(&f, "a")->spec.max_instances, 0));
    cr_expect(eq(i32, task_of(&f, "a")->spec.priority, 7));
}

Test(schema, every_key_of_a_schema_is_found_by_its_name)
{
    static const char *const kinds[] = {"scheduler", "defaults", "executor", "store", "task"};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const ez_schema *schema = ez_schema_find(kinds[i]);

        cr_assert(schema != NULL);
        for (size_t k = 0; k < schema->n_keys; k++) {
            cr_expect(ez_schema_has(schema, schema->keys[k].name), "%s", schema->keys[k].name);
        }
    }
    cr_expect(ez_schema_find("job") == NULL);
    cr_expect(ez_schema_has(ez_schema_find("task"), "env.PATH"));
    cr_expect(not(ez_schema_has(ez_schema_find("task"), "env")));
}
