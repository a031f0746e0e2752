/* SPDX-License-Identifier: MIT */
/* The plain form in C++: an executor that runs each body at once, on the thread that sent it. */
#include <execz/plugin.h>

#include <new>

struct execz_executor {
    const execz_host &host;
};

extern "C" uint32_t
execz_abi()
{
    return EXECZ_ABI;
}

extern "C" execz_status
execz_executor_start(const execz_host *host, const char *, execz_executor **executor_out,
                     execz_error *)
{
    auto *self = new (std::nothrow) execz_executor{*host};

    if (self == nullptr) {
        return EXECZ_E_NOMEM;
    }
    *executor_out = self;
    return EXECZ_OK;
}

extern "C" execz_status
execz_executor_shutdown(execz_executor *, uint32_t, int64_t, execz_error *)
{
    return EXECZ_OK; // nothing is left running when send_task() has returned
}

extern "C" execz_status
execz_executor_send_task(execz_executor *self, const execz_task *, const execz_time *run_times,
                         uint32_t n, execz_run run, execz_error *)
{
    for (uint32_t i = 0; i < n; i++) {
        self->host.execute(&self->host, run, run_times[i], nullptr, nullptr);
    }
    return self->host.finish(&self->host, run, nullptr, 0);
}

extern "C" void
execz_executor_destroy(execz_executor *self)
{
    delete self;
}
