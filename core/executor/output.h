/* SPDX-License-Identifier: MIT */
/* What executors send of the output of a run, kept as that of a command is.  Both with the lock for
 * output of the run's executor held. */
#ifndef EZ_EXECUTOR_OUTPUT_H
#define EZ_EXECUTOR_OUTPUT_H

#include "executor/run.h"

/* Adds to the output of the run time that began last; the run has not ended.  [any-thread] */
void ez_run_add_output(ez_run *run, const void *data, size_t length);

/* Makes what was added the output of its run times; the run has just ended. */
void ez_run_settle_output(ez_run *run);

#endif
