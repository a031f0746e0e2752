/* SPDX-License-Identifier: MIT */
#include "base/report.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(report, problems_come_in_the_order_of_their_places)
{
    g_autoptr(ez_report) report = ez_report_new();

    ez_report_add(report, (ez_place){"b.conf", 9, 1}, "", "first file seen comes first");
    ez_report_add(report, (ez_place){"a.conf", 1, 1}, "", "other file");
    ez_report_add(report, (ez_place){"b.conf", 2, 7}, "", "line %d", 2);
    ez_report_add(report, (ez_place){"b.conf", 2, 3}, "C001", "same line, before");

    cr_assert(eq(sz, ez_report_count(report), 4));
    cr_expect(eq(str, ez_report_get(report, 0)->message, (char *)"same line, before"));
    cr_expect(eq(str, (char *)ez_report_get(report, 0)->code, (char *)"C001"));
    cr_expect(eq(str, ez_report_get(report, 1)->message, (char *)"line 2"));
    cr_expect(eq(str, ez_report_get(report, 2)->message, (char *)"first file seen comes first"));
    cr_expect(eq(str, ez_report_get(report, 3)->message, (char *)"other file"));
}
