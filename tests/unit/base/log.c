/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdio.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char last[128];

static void
keep(void *user, uint32_t level, const char *line)
{
    ++*(int *)user;
    snprintf(last, sizeof last, "%s|%s", ez_log_level_name(level), line);
}

Test(log, lines_below_the_level_are_not_made)
{
    int lines = 0;
    ez_log log = {EXECZ_LOG_WARNING, keep, &lines};

    ez_log_write(&log, EXECZ_LOG_INFO, "nobody asked");
    cr_expect(eq(int, lines, 0));
    ez_log_write(&log, EXECZ_LOG_WARNING, "task %s skipped", "backup");
    cr_expect(eq(int, lines, 1));
    cr_expect(eq(str, last, (char *)"warning|task backup skipped"));
}
