/* SPDX-License-Identifier: MIT */
#include "executor/isolation.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const execz_option own[] = {
    EXECZ_OPTION(INT, 0, "max_workers", "10", "1..100", "Workers at most"),
};

static ez_report *report;

static ez_options *
check(size_t n, const ez_setting *settings)
{
    ez_option_table table = {.option = (execz_option *)own, .n = 1};
    ez_options_source source = {
        .owner = "executor 'cpu'", .base_dir = "/", .settings = settings, .n_settings = n};

    report = ez_report_new();
    return ez_isolation_check(&table, &source, report);
}

Test(isolation, without_its_options_there_is_none)
{
    const ez_setting settings[] = {{.key = "max_workers", .value = "5"}};
    g_autoptr(ez_options) options = check(1, settings);
    ez_isolation isolation;

    ez_isolation_get(options, &isolation);
    cr_expect(not(isolation.process));
    cr_expect(eq(ptr, (void *)ez_options_get(options, "isolation"), NULL));
    ez_report_free(report);
}

Test(isolation, its_options_stand_beside_those_of_the_plugin)
{
    const ez_setting settings[] = {{.key = "max_workers", .value = "5"},
                                   {.key = "isolation", .value = "process"},
                                   {.key = "isolation_patience", .value = "5s"}};
    g_autoptr(ez_options) options = check(3, settings);
    ez_isolation isolation;

    ez_isolation_get(options, &isolation);
    cr_expect(all(isolation.process, eq(u32, isolation.crashes, 5),
                  eq(i64, isolation.window, 10 * EXECZ_MINUTE),
                  eq(i64, isolation.delay, 100 * EXECZ_MILLISECOND),
                  eq(i64, isolation.max_delay, 30 * EXECZ_SECOND),
                  eq(i64, isolation.patience, 5 * EXECZ_SECOND)));
    cr_expect(eq(str, (char *)ez_options_get(options, "max_workers"), (char *)"5"));
    ez_report_free(report);
}

Test(isolation, a_slip_of_the_pen_is_told_with_what_was_meant)
{
    const ez_setting settings[] = {{.key = "isolaton", .value = "process"}};

    cr_expect(eq(ptr, check(1, settings), NULL));
    cr_expect(ne(ptr, strstr(ez_report_get(report, 0)->message, "did you mean \"isolation\"?"),
                 NULL),
              "%s", ez_report_get(report, 0)->message);
    ez_report_free(report);
}

Test(isolation, a_value_that_is_not_allowed_is_told)
{
    const ez_setting settings[] = {{.key = "isolation", .value = "jail"}};

    cr_expect(eq(ptr, check(1, settings), NULL));
    cr_expect(ne(ptr, strstr(ez_report_get(report, 0)->message, "isolation"), NULL), "%s",
              ez_report_get(report, 0)->message);
    ez_report_free(report);
}

Test(isolation, the_longest_delay_is_no_shorter_than_the_first)
{
    const ez_setting settings[] = {{.key = "isolation", .value = "process"},
                                   {.key = "isolation_delay", .value = "50s"}};
    g_autoptr(ez_options) options = check(2, settings);
    ez_isolation isolation;

    ez_isolation_get(options, &isolation);
    cr_expect(eq(i64, isolation.max_delay, 50 * EXECZ_SECOND));
    ez_report_free(report);
}

Test(isolation, it_knows_its_own_options)
{
    cr_expect(all(ez_isolation_owns("isolation"), ez_isolation_owns("isolation_window"),
                  not(ez_isolation_owns("max_workers"))));
}
