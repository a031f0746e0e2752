/* SPDX-License-Identifier: MIT */
/* The shortest form: four functions, no descriptor and no note. */
#include <execz/plugin.h>

struct execz_executor {
    const execz_host *host;
};

static execz_executor only;

EXECZ_EXPORT uint32_t execz_abi(void);
EXECZ_EXPORT execz_status execz_executor_start(const execz_host *host, const char *alias,
                                               execz_executor **executor_out, execz_error *err);
EXECZ_EXPORT execz_status execz_executor_shutdown(execz_executor *self, uint32_t flags,
                                                  int64_t deadline, execz_error *err);
EXECZ_EXPORT execz_status execz_executor_send_task(execz_executor *self, const execz_task *task,
                                                   const execz_time *run_times, uint32_t n,
                                                   execz_run run, execz_error *err);

uint32_t
execz_abi(void)
{
    return EXECZ_ABI;
}

execz_status
execz_executor_start(const execz_host *host, const char *alias, execz_executor **executor_out,
                     execz_error *err)
{
    only.host = host;
    *executor_out = &only;
    return EXECZ_OK;
}

execz_status
execz_executor_shutdown(execz_executor *self, uint32_t flags, int64_t deadline, execz_error *err)
{
    return EXECZ_OK;
}

execz_status
execz_executor_send_task(execz_executor *self, const execz_task *task, const execz_time *run_times,
                         uint32_t n, execz_run run, execz_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        self->host->execute(self->host, run, run_times[i], NULL, NULL);
    }
    return self->host->finish(self->host, run, NULL, 0);
}
