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

/* The task of spec in a scheduler that has no wishes of its own; fails the test if there is none. */
static inline ez_task *
make_task(const execz_task_spec *spec)
{
    ez_task_defaults defaults = {"UTC", EXECZ_UNSET, 0, EXECZ_COALESCE_DEFAULT};
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task = ez_task_new(spec, &defaults, NULL, &err);

    cr_assert(task != NULL, "%s", err.message);
    return task;
}

#endif
