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

/* An open run with two run times, of whose output so much is kept. */
ez_run *open_with_output_limit(uint64_t limit);

/* The plugin sends this text as output of the run. */
void say(ez_run *loud, const char *text);

/* The plugin has broken its contract n times, and each was logged with what it did. */
void expect_misbehaved(unsigned n, const char *what);

#endif
