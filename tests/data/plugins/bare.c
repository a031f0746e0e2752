/* SPDX-License-Identifier: MIT */
/* A complete executor against the ABI alone, without the SDK: it runs each body at once, on the
 * thread that sent it. */
#include <execz/plugin.h>

#include <string.h>
#include <time.h>

/* Sender and shutdown each write their own and then read the other's, so that one of them sees. */
struct execz_executor {
    const execz_host *host;
    _Atomic execz_run running, stopping;
};

static execz_status
start(const execz_host *host, const char *alias, execz_executor **executor_out, execz_error *err)
{
    execz_executor *self = host->realloc(host, NULL, sizeof *self);
    if (self == NULL) {
        memcpy(err->message, "out of memory", sizeof "out of memory");
        return EXECZ_E_NOMEM;
    }
    *self = (execz_executor){.host = host};
    *executor_out = self;
    return EXECZ_OK;
}

static execz_status
stop(execz_executor *self, uint32_t flags, int64_t deadline, execz_error *err)
{
    int late = 0;
    self->stopping = 1;
    if (flags & EXECZ_SHUTDOWN_CANCEL) {
        self->host->interrupt(self->host, self->running); /* 0 is no run, which is fine */
    }
    while (flags & EXECZ_SHUTDOWN_WAIT && self->running != 0 && !late) {
        nanosleep(&(struct timespec){.tv_nsec = EXECZ_MILLISECOND}, NULL);
        late = self->host->now(self->host, EXECZ_CLOCK_MONOTONIC) >= deadline;
    }
    return late ? EXECZ_E_TIMEOUT : EXECZ_OK;
}

static execz_status
send_task(execz_executor *self, const execz_task *task, const execz_time *run_times, uint32_t n,
          execz_run run, execz_error *err)
{
    self->running = run;
    execz_status status = self->stopping ? EXECZ_E_SHUTDOWN : EXECZ_OK;
    for (uint32_t i = 0; i < n && status == EXECZ_OK; i++) {
        self->host->execute(self->host, run, run_times[i], NULL, NULL);
    }
    if (status == EXECZ_OK) {
        self->host->finish(self->host, run, NULL, 0);
    }
    self->running = 0;
    return status;
}

static void
destroy(execz_executor *self)
{
    self->host->realloc(self->host, self, 0);
}

/* clang-format off */
EXECZ_NOTE("abi=1.0\0needs_abi=1.0\0id=org.execz.bare\0version=1\0kind=execz.executor/1\0alias=bare\0caps=5\0summary=Bare");
static const execz_executor_ops ops = {sizeof ops, 0, start, stop, send_task, destroy};
static const execz_component part = {sizeof part, 5, EXECZ_KIND_EXECUTOR, "bare", "Bare", &ops};
static const execz_plugin plugin = {EXECZ_PLUGIN_MAGIC, sizeof plugin, EXECZ_ABI, EXECZ_ABI,
    "org.execz.bare", "1", NULL, NULL, NULL, (const execz_component *const[]){&part}, 1};
/* clang-format on */

const execz_plugin *
execz_plugin_entry(uint32_t host_abi)
{
    return &plugin;
}
