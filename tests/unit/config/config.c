/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "fixture.h"
#include "mutate.h"
#include "support/effort.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
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

Test(config, problems_come_in_the_order_of_the_files_not_of_the_checks)
{
    g_autofree char *directory = enter_directory();

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

Test(config, nearly_as_many_tasks_as_there_may_be_are_read)
{
    g_autofree char *directory = enter_directory();

    g_mkdir("c.conf.d", 0700);
    write_file("c.conf", "executors.default.type = good\n");
    for (int file = 0; file < 9; file++) {
        g_autofree char *path = g_strdup_printf("c.conf.d/%d.conf", file);
        GString *text = g_string_new(NULL);

        for (int i = 0; i < EFFORT(11000, 500); i++) {
            g_string_append_printf(text, "[task:%d.%d]\nevery=9s\nshell=true\n", file, i);
        }
        write_file(path, text->str);
        g_string_free(text, TRUE);
    }
    {
        g_auto(loaded) f = load("c.conf");

        cr_expect(eq(uint, f.config->tasks->len, 9 * EFFORT(11000, 500)));
        cr_expect(eq(sz, ez_report_count(ez_config_problems(f.config)), 0));
    }
    leave_directory(directory);
}

Test(config, any_bytes_are_bound_and_every_place_lies_inside_of_the_file)
{
    g_autofree char *seed = NULL;
    g_autofree char *directory = NULL;
    g_autoptr(ez_catalog) catalog =
        ez_catalog_new(&(ez_catalog_settings){.builtin_dir = EXECZ_TEST_CONFIG_PLUGIN_DIR});
    uint64_t state = 19700101;

    cr_assert(g_file_get_contents(EXECZ_TEST_DATA "/config/good/complete.conf", &seed, NULL, NULL));
    directory = enter_directory();
    for (int i = 0; i < EFFORT(300, 60); i++) {
        GString *text = g_string_new(seed);
        g_autoptr(ez_config) config = NULL;
        FILE *file = fopen("t.conf", "we");
        ez_report *problems;

        for (uint64_t n = next_random(&state) % 12 + 1; n > 0; n--) {
            mutate(text, &state);
        }
        cr_assert(file != NULL);
        cr_assert(eq(sz, fwrite(text->str, 1, text->len, file), text->len));
        fclose(file);
        config = ez_config_load("t.conf", NULL);
        cr_assert(config != NULL);
        ez_config_check(config, catalog);
        problems = ez_config_problems(config);
        for (size_t k = 0; k < ez_report_count(problems); k++) {
            const ez_problem *problem = ez_report_get(problems, k);

            cr_assert(is_inside(text->str, text->len, problem->place), "file %d, %u:%u: %s", i,
                      problem->place.line, problem->place.column, problem->message);
            cr_assert(g_utf8_validate(problem->message, -1, NULL));
        }
        g_string_free(text, TRUE);
    }
    leave_directory(directory);
}
