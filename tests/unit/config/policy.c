/* SPDX-License-Identifier: MIT */
/* What is wrong with such values is in tests/data/config/bad/policy.conf. */
#include "config/policy.h"

#include "fixture.h"

#include <execz/task.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define TASK "executors.default.type = good\n[task:a]\nevery = 1h\nshell = true\n"

static execz_task_spec
spec_with(const char *lines)
{
    g_autofree char *text = g_strconcat(TASK, lines, NULL);
    g_auto(loaded) f = load_text(text);

    cr_assert(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    return task_of(&f, "a")->spec;
}

Test(policy, an_overlap_is_a_word_and_a_queue_has_a_limit)
{
    execz_task_spec spec = spec_with("overlap = queue 12\n");

    cr_expect(all(eq(u32, spec.overlap, EXECZ_OVERLAP_QUEUE), eq(u32, spec.overlap_limit, 12)));
    spec = spec_with("overlap = Queue\n");
    cr_expect(all(eq(u32, spec.overlap, EXECZ_OVERLAP_QUEUE), eq(u32, spec.overlap_limit, 1)));
    spec = spec_with("overlap = skip\n");
    cr_expect(all(eq(u32, spec.overlap, EXECZ_OVERLAP_SKIP), eq(u32, spec.overlap_limit, 0)));
    spec = spec_with("overlap = replace\n");
    cr_expect(eq(u32, spec.overlap, EXECZ_OVERLAP_REPLACE));
}

Test(policy, outcomes_are_a_list_with_blanks_or_commas)
{
    cr_expect(eq(u32, spec_with("retry_on = error, lost\n").retry_on,
                 EXECZ_RETRY_ON_ERROR | EXECZ_RETRY_ON_LOST));
    cr_expect(eq(u32, spec_with("retry_on = TIMEOUT\n").retry_on, EXECZ_RETRY_ON_TIMEOUT));
}

Test(policy, factors_and_shares_are_percents)
{
    cr_expect(eq(u32, spec_with("retry_factor = 1.5\n").retry_factor, 150));
    cr_expect(eq(u32, spec_with("retry_factor = 1\n").retry_factor, 100));
    cr_expect(eq(u32, spec_with("retry_jitter = 20%\n").retry_jitter, 20));
    cr_expect(eq(u32, spec_with("retry_jitter = 7\n").retry_jitter, 7));
}

Test(policy, statuses_may_be_negative)
{
    g_auto(loaded) f = load_text(TASK "retry_never = 2 64,-2\n");
    const execz_task_spec *spec = &task_of(&f, "a")->spec;

    cr_assert(eq(u64, spec->n_retry_never, 3));
    cr_expect(all(eq(i32, spec->retry_never[0], 2), eq(i32, spec->retry_never[1], 64),
                  eq(i32, spec->retry_never[2], -2)));
}
