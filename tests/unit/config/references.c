/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(references, a_plugin_is_named_by_its_file_too)
{
    g_auto(loaded) f = load_text("[executor:default]\nplugin = " EXECZ_TEST_CONFIG_PLUGIN_DIR
                                 "/two_aliases.so\nmax_workers = 3\n");
    const ez_config_executor *executor = f.config->executors->pdata[0];

    cr_assert(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    cr_assert(executor->part != NULL);
    cr_expect(eq(str, executor->part->aliases[0], (char *)"pool"));
    cr_expect(eq(str, (char *)ez_options_get(executor->checked, "max_workers"), (char *)"3"));
}

Test(references, a_plugin_that_cannot_be_used_is_left_to_the_running_scheduler)
{
    g_auto(loaded) f = load_text("[executor:default]\ntype = no_note\nx = y\n");
    const ez_config_executor *executor = f.config->executors->pdata[0];
    size_t n = 0;
    g_autofree execz_pair *pairs = ez_config_pairs(executor->checked, executor->options, &n);

    cr_expect(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    cr_expect(executor->checked == NULL);
    cr_assert(eq(sz, n, 1));
    cr_expect(eq(str, (char *)pairs[0].key, (char *)"x"));
    cr_expect(eq(str, (char *)pairs[0].value, (char *)"y"));
}

Test(references, a_plugin_that_may_come_later_is_no_problem)
{
    g_auto(loaded) f =
        load_text("[executor:default]\ntype = nowhere\nwait_for_plugin = yes\nx = y\n"
                  "[executor:file]\nplugin = /nowhere.so\nwait_for_plugin = yes\n");
    const ez_config_executor *executor = f.config->executors->pdata[0];

    cr_expect(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    cr_expect(executor->checked == NULL);
    cr_assert(eq(sz, executor->options->len, 1)); /* the key is not one of the plugin's */
}

Test(references, what_could_not_be_read_is_not_missed)
{
    expect_problems_of("[executor:default\x01]\ntype = good\n[task:a]\nshell = true\nevery = 1s\n",
                       "t.conf:1:18: the control character 0x01; of those only the tab is allowed "
                       "[C107]");
}

Test(references, an_executor_of_the_defaults_is_checked_once_and_without_tasks_too)
{
    expect_problems_of("defaults.executor = nobody\n",
                       "t.conf:1:21: no executor is called 'nobody'; add a section "
                       "[executor:nobody] [C401]");
    expect_problems_of("defaults.executor = nobody\ntasks.a.every = 1s\ntasks.a.shell = x\n"
                       "tasks.b.every = 1s\ntasks.b.shell = x\n",
                       "t.conf:1:21: no executor is called 'nobody'; add a section "
                       "[executor:nobody] [C401]");
}

Test(references, with_an_executor_the_default_one_is_there_only_if_it_is_configured)
{
    expect_problems_of("executors.cpu.type = good\ntasks.a.every = 1s\ntasks.a.shell = x\n",
                       "t.conf:2:1: task 'a' names no executor, and there is no "
                       "[executor:default]; add one, e.g. executors.default.type = threadpool, or "
                       "write executor = ALIAS [C402]");
    expect_problems_of("executors.default.type = good\ntasks.a.every = 1s\ntasks.a.shell = x\n",
                       "");
    expect_problems_of("tasks.a.every = 1s\ntasks.a.shell = x\n", "");
}
