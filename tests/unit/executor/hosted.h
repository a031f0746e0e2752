/* SPDX-License-Identifier: MIT */
/* A host with one open run, for the tests of what a plugin may ask of it. */
#ifndef TESTS_EXECUTOR_HOSTED_H
#define TESTS_EXECUTOR_HOSTED_H

#include "executor/host.h"

#include "fixture.h"

extern fixture *around;
extern ez_executor *executor, *other_executor;
extern ez_host host;
extern const execz_host *abi; /* as a plugin sees it */
extern ez_task *task;
extern ez_run *run;

void hosted_set_up(void);
void hosted_tear_down(void);

/* Executes the first run time of run. */
execz_status execute(void);

/* The plugin has broken its contract n times, and each was logged with what it did. */
void expect_misbehaved(unsigned n, const char *what);

#endif
