/* SPDX-License-Identifier: MIT */
/* Wants options, and a path among them. */
#include <execz/plugin.h>

#include <stdlib.h>

struct execz_executor {
    const execz_host *host;
};

EXECZ_NOTE("abi=1.0\0needs_abi=1.0\0id=org.execz.test.demanding\0version=1.0.0\0"
           "kind=" EXECZ_KIND_EXECUTOR "\0alias=demanding\0caps=7\0summary=Wants options");

EXECZ_OPTIONS(options, "demanding",
              EXECZ_OPTION(PATH, EXECZ_OPTION_REQUIRED, "root", "", "", "Where to work"),
              EXECZ_OPTION(CHOICE, 0, "speed", "fast", "fast|safe", "How to work"));
EXECZ_TASK_OPTIONS(task_options, "demanding",
                   EXECZ_OPTION(STRING, EXECZ_OPTION_REQUIRED, "queue", "", "", "Which queue"));

static execz_status
start(const execz_host *host, const char *alias, execz_executor **executor_out, execz_error *err)
{
    execz_executor *self = malloc(sizeof *self);

    if (self == NULL) {
        return EXECZ_E_NOMEM;
    }
    self->host = host;
    *executor_out = self;
    return EXECZ_OK;
}

static execz_status
stop(execz_executor *self, uint32_t flags, int64_t deadline, execz_error *err)
{
    return EXECZ_OK;
}

static execz_status
send_task(execz_executor *self, const execz_task *task, const execz_time *run_times, uint32_t n,
          execz_run run, execz_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        self->host->execute(self->host, run, run_times[i], NULL, NULL);
    }
    return self->host->finish(self->host, run, NULL, 0);
}

static void
destroy(execz_executor *self)
{
    free(self);
}

static const execz_executor_ops ops = {
    .size = sizeof ops,
    .start = start,
    .shutdown = stop,
    .send_task = send_task,
    .destroy = destroy,
};

static const execz_component component = {
    .size = sizeof component,
    .caps = EXECZ_CAP_BODIES,
    .kind = EXECZ_KIND_EXECUTOR,
    .alias = "demanding",
    .summary = "Wants options",
    .ops = &ops,
    EXECZ_WITH_OPTIONS(options),
    EXECZ_WITH_TASK_OPTIONS(task_options),
};

static const execz_component *const components[] = {&component};

static const execz_plugin plugin = {
    .magic = EXECZ_PLUGIN_MAGIC,
    .size = sizeof plugin,
    .abi = EXECZ_ABI,
    .needs_abi = EXECZ_ABI,
    .id = "org.execz.test.demanding",
    .version = "1.0.0",
    .components = components,
    .n_components = 1,
};

const execz_plugin *
execz_plugin_entry(uint32_t host_abi)
{
    return &plugin;
}
