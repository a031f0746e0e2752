/* SPDX-License-Identifier: MIT */
/* What a plugin tells about a run: its output, and how it ended; as execz_host promises it. */
#ifndef EZ_EXECUTOR_RESULTS_H
#define EZ_EXECUTOR_RESULTS_H

#include "executor/host.h"

/* [any-thread] */
execz_status ez_host_output(const execz_host *host, execz_run token, uint32_t stream,
                            const void *data, size_t length);
execz_status ez_host_finish(const execz_host *host, execz_run token, const execz_result *results,
                            uint32_t n);

#endif
