/* SPDX-License-Identifier: MIT */
/* Tasks for the tests of what is made of tasks. */
#ifndef TESTS_TASK_TASKS_H
#define TESTS_TASK_TASKS_H

#include "task/task.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* 2027-01-01T00:00:00Z */
#define NEW_YEAR (INT64_C(1798761600) * EXECZ_SECOND)

/* The least that a task needs. */
static inline execz_task_spec
spec_of(const char *trigger)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "backup";
    spec.trigger = trigger;
    spec.shell = "true";
    return spec;
}

#define EACH_MINUTE "interval(minutes=1)"

/* Of a scheduler that has no wishes of its own. */
static const ez_task_defaults no_wishes = {"UTC", EXECZ_UNSET, 0, EXECZ_COALESCE_DEFAULT};

/* The task of spec, which shares what it can by these tables (NULL: nothing); fails the test if there
 * is none. */
static inline ez_task *
make_sharing(const execz_task_spec *spec, const ez_task_tables *tables)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task = ez_task_new(spec, &no_wishes, tables, &err);

    cr_assert(task != NULL, "%s", err.message);
    return task;
}

static inline ez_task *
make_task(const execz_task_spec *spec)
{
    return make_sharing(spec, NULL);
}

static inline void
expect_refused(const execz_task_spec *spec, execz_status status, const char *message)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(ptr, ez_task_new(spec, &no_wishes, NULL, &err), NULL));
    cr_expect(eq(int, err.status, status));
    cr_expect(eq(str, err.message, (char *)message));
}

#endif
