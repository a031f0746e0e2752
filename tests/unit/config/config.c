/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "fixture.h"
#include "trigger/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

Test(config, a_file_that_is_not_there_is_no_configuration)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(ez_config_load("/nonexistent/execz.conf", &err) == NULL);
    cr_expect(eq(int, err.status, EXECZ_E_IO));
    cr_expect(eq(str, err.message,
                 (char *)"cannot read /nonexistent/execz.conf: No such file or directory"));
}

Test(config, triggers_of_all_spellings_are_understood_by_the_scheduler)
{
    g_auto(loaded) f = load_text("executors.default.type = good\n"
                                 "[task:a]\nshell = true\nevery = 1h 30m 0.25s\n"
                                 "[task:b]\nshell = true\nat = 2027-01-01 09:00:00\n"
                                 "[task:c]\nshell = true\nat = 2027-01-01T09:00:00.5+02:00\n"
                                 "[task:d]\nshell = true\ntrigger = interval(hours=6, jitter=5s)\n"
                                 "[task:e]\nshell = true\nevery = 1ms\n");

    cr_assert(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    for (guint i = 0; i < f.config->tasks->len; i++) {
        const ez_config_task *task = f.config->tasks->pdata[i];
        g_autoptr(ez_trigger) trigger = NULL;
        execz_error err = EXECZ_ERROR_INIT;

        cr_expect(eq(int,
                     ez_trigger_parse(task->spec.trigger, &(ez_trigger_defaults){0}, &trigger, NULL,
                                      &err),
                     EXECZ_OK),
                  "%s: %s", task->spec.trigger, err.message);
    }
    cr_expect(eq(str, (char *)task_of(&f, "a")->spec.trigger, (char *)"interval(seconds=5400.25)"));
    cr_expect(eq(str, (char *)task_of(&f, "e")->spec.trigger, (char *)"interval(seconds=0.001)"));
}

Test(config, problems_come_in_the_order_of_the_files_not_of_the_checks)
{
    g_autofree char *directory = enter_directory();
    g_autofree char *problems = NULL;

    g_mkdir("c.conf.d", 0700);
    write_file("c.conf", "[executor:default]\ntype = nope\n");
    write_file("c.conf.d/a.conf", "[executor:default]\nx\n");
    {
        g_auto(loaded) f = load("c.conf");
        ez_report *report = ez_config_problems(f.config);

        cr_assert(eq(sz, ez_report_count(report), 2));
        cr_expect(eq(str, (char *)ez_report_get(report, 0)->place.file, (char *)"c.conf"));
        cr_expect(eq(str, (char *)ez_report_get(report, 1)->place.file, (char *)"c.conf.d/a.conf"));
    }
    leave_directory(directory);
}

Test(config, paths_start_at_the_directory_of_the_main_file_in_drop_ins_too)
{
    g_autofree char *directory = enter_directory();
    g_autofree char *expected = g_canonicalize_filename("etc/work", NULL);

    g_mkdir("etc", 0700);
    g_mkdir("etc/c.conf.d", 0700);
    write_file("etc/c.conf", "executors.d.type = demanding\n");
    write_file("etc/c.conf.d/a.conf", "executors.d.root = work\n");
    {
        g_auto(loaded) f = load("etc/c.conf");
        const ez_config_executor *executor = f.config->executors->pdata[0];

        cr_assert(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
        cr_expect(eq(str, (char *)ez_options_get(executor->checked, "root"), expected));
    }
    leave_directory(directory);
}

Test(config, a_plugin_is_named_by_its_file_too)
{
    g_auto(loaded) f = load_text("[executor:default]\nplugin = " EXECZ_TEST_CONFIG_PLUGIN_DIR
                                 "/two_aliases.so\nmax_workers = 3\n");
    const ez_config_executor *executor = f.config->executors->pdata[0];

    cr_assert(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    cr_assert(executor->part != NULL);
    cr_expect(eq(str, executor->part->aliases[0], (char *)"pool"));
    cr_expect(eq(str, (char *)ez_options_get(executor->checked, "max_workers"), (char *)"3"));
}

Test(config, a_plugin_that_cannot_be_used_is_left_to_the_running_scheduler)
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

Test(config, what_could_not_be_read_is_not_missed)
{
    expect_problems_of("[executor:default\x01]\ntype = good\n[task:a]\nshell = true\nevery = 1s\n",
                       "t.conf:1:18: the control character 0x01; of those only the tab is allowed "
                       "[C107]");
}

Test(config, a_hundred_thousand_tasks_take_few_seconds)
{
    g_autofree char *directory = enter_directory();
    gint64 start;

    g_mkdir("c.conf.d", 0700);
    write_file("c.conf", "executors.default.type = good\n");
    for (int file = 0; file < 9; file++) {
        g_autofree char *path = g_strdup_printf("c.conf.d/%d.conf", file);
        GString *text = g_string_new(NULL);

        for (int i = 0; i < 11000; i++) {
            g_string_append_printf(text, "[task:%d.%d]\nevery=9s\nshell=true\ncolor=x\n", file, i);
        }
        write_file(path, text->str);
        g_string_free(text, TRUE);
    }
    start = g_get_monotonic_time();
    {
        g_auto(loaded) f = load("c.conf");

        cr_expect(eq(uint, f.config->tasks->len, 99000));
        cr_expect(eq(sz, ez_report_count(ez_config_problems(f.config)), 99000));
    }
    cr_expect(lt(i64, g_get_monotonic_time() - start, 20 * G_USEC_PER_SEC));
    leave_directory(directory);
}
