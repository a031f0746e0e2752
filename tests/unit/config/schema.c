/* SPDX-License-Identifier: MIT */
#include "config/schema.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

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

Test(schema, the_other_spelling_of_the_grace_time_is_accepted)
{
    g_auto(loaded) f = {0};

    cr_expect(eq(i64, spec_of(&f, "mistrigger_grace_time = 1.5h\n").misfire_grace_time,
                 90 * EXECZ_MINUTE));
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

Test(schema, the_guide_describes_every_key_and_every_code)
{
    g_autofree char *guide = NULL;
    static const char *const kinds[] = {"scheduler", "defaults", "executor", "store", "task"};

    cr_assert(g_file_get_contents(EXECZ_TEST_DATA "/../../docs/CONFIG.md", &guide, NULL, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const ez_schema *schema = ez_schema_find(kinds[i]);

        for (size_t k = 0; k < schema->n_keys; k++) {
            g_autofree char *shown = g_strdup_printf("`%s", schema->keys[k].name);

            cr_expect(strstr(guide, shown) != NULL, "%s", shown);
        }
    }
    for (int code = 0; code < EZ_N_CONFIG_CODES; code++) {
        g_autofree char *row =
            g_strdup_printf("| %s | %s |", ez_config_code_text(code), ez_config_code_title(code));

        cr_expect(strstr(guide, row) != NULL, "%s", row);
    }
}
