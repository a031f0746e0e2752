/* SPDX-License-Identifier: MIT */
#include "config/value.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(value, unlimited_is_a_grace_time_without_limit)
{
    g_auto(loaded) f = {0};

    cr_expect(eq(i64, spec_of(&f, "misfire_grace_time = Unlimited\n").misfire_grace_time, -1));
}

Test(value, coalesce_has_words_and_truth_values)
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

Test(value, limits_are_inclusive)
{
    g_auto(loaded) f = {0};
    execz_task_spec spec =
        spec_of(&f, "max_instances = 1000000\noutput_limit = 1G\npriority = -2147483648\n");

    cr_expect(eq(u32, spec.max_instances, EXECZ_MAX_INSTANCES_MAX));
    cr_expect(eq(u64, spec.output_limit, EXECZ_OUTPUT_LIMIT_MAX));
    cr_expect(eq(i32, spec.priority, INT32_MIN));
}

Test(value, a_wrong_value_leaves_the_others_alone)
{
    g_auto(loaded) f = load_text("executors.default.type = good\n[task:a]\nevery = 1s\n"
                                 "shell = true\nmax_instances = x\npriority = 7\n");

    cr_expect(eq(u32, task_of(&f, "a")->spec.max_instances, 0));
    cr_expect(eq(i32, task_of(&f, "a")->spec.priority, 7));
}
