/* SPDX-License-Identifier: MIT */
/* What must hold, numbers in results, and what an executor tells of itself. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

void
check(bool condition, const char *text, const char *file, int line)
{
    if (!condition) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
        abort();
    }
}

int
number_in(const char *json, unsigned index)
{
    const char *at = json + strcspn(json, "-0123456789");

    for (; index > 0; index--) {
        at += strspn(at, "-0123456789");
        at += strcspn(at, "-0123456789");
    }
    return (int)g_ascii_strtoll(at, NULL, 10);
}

static void
note_workers(void *user, const execz_executor_info *executor)
{
    *(uint32_t *)user = executor->stats.workers;
}

bool
has_workers(void *unused)
{
    uint32_t n = 0;

    (void)unused;
    execz_scheduler_list_executors(scheduler(), note_workers, &n);
    return n > 0;
}

static void
note_unfinished(void *user, const execz_executor_info *executor)
{
    *(unsigned *)user = executor->unfinished;
}

unsigned
executor_backlog(void)
{
    unsigned n = 0;

    execz_scheduler_list_executors(scheduler(), note_unfinished, &n);
    return n;
}
