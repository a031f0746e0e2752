/* SPDX-License-Identifier: MIT */
/* A table of runs and one task, for the tests of both. */
#ifndef TESTS_EXECUTOR_TABLE_H
#define TESTS_EXECUTOR_TABLE_H

#include "executor/runs.h"

#include "fixture.h"

static ez_task *task;
static ez_runs *runs;

static inline void
open_runs(void)
{
    task = fixture_task("backup");
    runs = ez_runs_new();
}

static inline void
close_runs(void)
{
    ez_runs_free(runs);
    ez_task_unref(task);
}

static inline ez_run *
open_one(void)
{
    execz_time at = EXECZ_SECOND;

    return ez_runs_open(runs, task, NULL, &at, 1);
}

static inline bool
is_known(execz_run token)
{
    ez_run *run = ez_runs_enter(runs, token);

    if (run != NULL) {
        ez_run_leave(run);
    }
    return run != NULL;
}

#endif
