/* SPDX-License-Identifier: MIT */
/*
 * A small sound executor, written against the ABI alone: it runs each body at once, on the thread
 * that sent it.  The plugins beside this file define what is wrong with them and include it.
 */
#include <execz/plugin.h>

#include <stdio.h>
#include <stdlib.h>

#ifndef ID
#define ID "org.execz.test.body"
#endif
#ifndef VERSION
#define VERSION "1.2.3"
#endif
#ifndef CODE_VERSION
#define CODE_VERSION VERSION
#endif
#ifndef ABI_MAJOR
#define ABI_MAJOR 1
#endif
#ifndef ABI_MINOR
#define ABI_MINOR 0
#endif
#ifndef NEEDS_MINOR
#define NEEDS_MINOR 0
#endif
#ifndef MAGIC
#define MAGIC EXECZ_PLUGIN_MAGIC
#endif
#ifndef SIZE
#define SIZE sizeof(execz_plugin)
#endif
#ifndef KIND
#define KIND EXECZ_KIND_EXECUTOR
#endif
#ifndef CAPS
#define CAPS EXECZ_CAP_FUNCTION | EXECZ_CAP_COMMAND
#endif
#ifndef START
#define START start
#endif
#ifndef DESTROY
#define DESTROY destroy
#endif
#ifndef DESCRIPTOR
#define DESCRIPTOR &plugin
#endif

struct execz_executor {
    const execz_host *host;
};

static inline execz_status
start(const execz_host *host, const char *alias, execz_executor **executor_out, execz_error *err)
{
    execz_executor *self = malloc(sizeof *self);

    if (self == NULL) {
        snprintf(err->message, sizeof err->message, "out of memory");
        return EXECZ_E_NOMEM;
    }
    self->host = host;
    *executor_out = self;
    return EXECZ_OK;
}

static execz_status
stop(execz_executor *self, uint32_t flags, int64_t deadline, execz_error *err)
{
    return EXECZ_OK; /* nothing is left running when send_task() has returned */
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

static inline void
destroy(execz_executor *self)
{
    free(self);
}

#ifndef NO_NOTE
EXECZ_NOTE("abi=" EXECZ_TEXT(ABI_MAJOR) "." EXECZ_TEXT(ABI_MINOR) "\0needs_abi=" EXECZ_TEXT(
    ABI_MAJOR) "." EXECZ_TEXT(NEEDS_MINOR) "\0id=" ID "\0version=" VERSION "\0kind=" KIND
                                           "\0alias=" ALIAS "\0caps=" EXECZ_TEXT(
                                               CAPS) "\0summary=Runs each body at once");
#endif

#ifndef NO_OPTIONS
EXECZ_OPTIONS(options, ALIAS,
              EXECZ_OPTION(INT, 0, "max_workers", "10", "1..1000", "How many at once"),
              EXECZ_OPTION(DURATION, 0, "grace", "", "1s..1h", "How long to wait"));
EXECZ_TASK_OPTIONS(task_options, ALIAS,
                   EXECZ_OPTION(CHOICE, 0, "mode", "fast", "fast|safe", "How to run it"));
#endif

static const execz_executor_ops ops = {
    .size = sizeof ops,
    .start = START,
    .shutdown = stop,
    .send_task = send_task,
    .destroy = DESTROY,
};

static const execz_component component = {
    .size = sizeof component,
    .caps = CAPS,
    .kind = KIND,
    .alias = ALIAS,
    .summary = "Runs each body at once",
    .ops = &ops,
#ifndef NO_OPTIONS
    EXECZ_WITH_OPTIONS(options),
    EXECZ_WITH_TASK_OPTIONS(task_options),
#endif
};

static const execz_component *const components[] = {&component};

static const execz_plugin plugin = {
    .magic = MAGIC,
    .size = SIZE,
    .abi = EXECZ_ABI_MAKE(ABI_MAJOR, ABI_MINOR),
    .needs_abi = EXECZ_ABI_MAKE(ABI_MAJOR, NEEDS_MINOR),
    .id = ID,
    .version = CODE_VERSION,
    .components = components,
    .n_components = 1,
};

#ifdef NO_ENTRY
const execz_plugin *test_plugin_descriptor(void);
const execz_plugin *
test_plugin_descriptor(void)
{
    return &plugin;
}
#else
const execz_plugin *
execz_plugin_entry(uint32_t host_abi)
{
    return DESCRIPTOR;
}
#endif
