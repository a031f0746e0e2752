/* SPDX-License-Identifier: MIT */
#include "executor/host.h"

#include "base/error.h"
#include "executor/execute.h"
#include "executor/extension.h"
#include "executor/results.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static ez_host *
host_of(const execz_host *host)
{
    return (ez_host *)(void *)host;
}

execz_status
ez_host_misbehaving(ez_host *self, const char *what, execz_run token)
{
    atomic_fetch_add(&self->misbehaved, 1);
    ez_log_write(&self->services->log, EXECZ_LOG_WARNING,
                 "plugin misbehaving: executor=%s %s run=%" PRIx64
                 "; the run is unknown, finished, or another executor's",
                 self->alias, what, token);
    return EXECZ_E_STATE;
}

ez_run *
ez_host_enter(ez_host *self, execz_run token)
{
    ez_run *run = ez_runs_enter(self->services->runs, token);

    if (run != NULL && run->executor != self->executor) {
        ez_run_leave(run);
        return NULL;
    }
    return run;
}

static void
host_log(const execz_host *host, uint32_t level, const char *message)
{
    ez_host *self = host_of(host);

    ez_log_write(&self->services->log, MIN(level, EXECZ_LOG_ERROR), "executor=%s %s", self->alias,
                 message);
}

static int64_t
host_now(const execz_host *host, uint32_t clock)
{
    const ez_clock *clocks = host_of(host)->services->clock;

    return clock == EXECZ_CLOCK_REAL ? ez_clock_now(clocks) : ez_clock_monotonic(clocks);
}

static const char *
host_option(const execz_host *host, const char *name)
{
    return ez_options_get(host_of(host)->options, name);
}

static execz_status
host_option_i64(const execz_host *host, const char *name, int64_t *value_out)
{
    return ez_options_get_i64(host_of(host)->options, name, value_out);
}

static void *
host_realloc(const execz_host *host, void *pointer, size_t length)
{
    (void)host;
    if (length == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, length);
}

static execz_status
host_post(const execz_host *host, void (*function)(void *), void *argument)
{
    ez_posted *posted = g_new0(ez_posted, 1);

    posted->head.kind = EZ_HOST_POSTED;
    posted->function = function;
    posted->argument = argument;
    ez_mailbox_push(host_of(host)->services->mailbox, &posted->head.message);
    return EXECZ_OK;
}

static execz_status
host_thread(const execz_host *host, const char *name, void (*function)(void *), void *argument)
{
    return ez_threads_start(&host_of(host)->threads, name, function, argument);
}

static void
copy_view(const ez_outcome *outcome, execz_result *result_out)
{
    execz_result view;
    uint32_t size = MIN(result_out->size, (uint32_t)sizeof view);

    ez_outcome_view(outcome, &view);
    view.size = size;
    memcpy(result_out, &view, size);
}

static execz_status
host_execute(const execz_host *host, execz_run token, execz_time run_time,
             const execz_waiter *waiter, execz_result *result_out)
{
    ez_host *self = host_of(host);
    ez_run *run = ez_host_enter(self, token);
    ez_run_time *at = run == NULL ? NULL : ez_run_find_time(run, run_time);

    if (at == NULL || at->outcome != 0 || !ez_run_begin(run)) {
        if (run != NULL) {
            ez_run_leave(run);
        }
        return ez_host_misbehaving(self, "executes a run time that is not open:", token);
    }
    ez_run_set_current(run, (unsigned)(at - ez_run_times(run)));
    (void)ez_execute(self, run, at, waiter, ez_clock_now(self->services->clock));
    if (result_out != NULL) {
        copy_view(at, result_out);
    }
    ez_run_leave(run);
    return EXECZ_OK;
}

static execz_status
host_started(const execz_host *host, execz_run token, execz_time run_time)
{
    ez_host *self = host_of(host);
    ez_run *run = ez_host_enter(self, token);
    ez_run_time *at = run == NULL ? NULL : ez_run_find_time(run, run_time);

    if (at != NULL && ez_run_begin(run)) {
        at->started = ez_clock_now(self->services->clock);
        ez_run_set_current(run, (unsigned)(at - ez_run_times(run)));
        ez_execute_tell_started(self, run, at);
    }
    if (run != NULL) {
        ez_run_leave(run);
    }
    return at != NULL ? EXECZ_OK : ez_host_misbehaving(self, "reports the start of", token);
}

static execz_status
host_interrupt(const execz_host *host, execz_run token)
{
    ez_run *run = ez_host_enter(host_of(host), token);

    if (run == NULL) {
        return EXECZ_E_STATE; /* it may have finished just now: no fault of the plugin */
    }
    ez_interrupt_raise(&run->interrupt);
    ez_run_leave(run);
    return EXECZ_OK;
}

static execz_status
host_describe(const execz_host *host, execz_run token, execz_run_info *info_out)
{
    ez_run *run = ez_host_enter(host_of(host), token);
    execz_run_info info;

    if (run == NULL) {
        return EXECZ_E_STATE;
    }
    info.size = MIN(info_out->size, (uint32_t)sizeof info);
    info.attempt = run->attempt;
    info.run = token;
    info.submitted = run->submitted;
    info.source = run->source;
    info.reserved = 0;
    memcpy(info_out, &info, info.size);
    ez_run_leave(run);
    return EXECZ_OK;
}

static void
host_work(const execz_host *host, execz_run (*next)(void *user, execz_run done), void *user)
{
    ez_work(host_of(host), next, user);
}

static execz_status
host_retract(const execz_host *host, execz_run token)
{
    ez_host *self = host_of(host);
    ez_run *run = ez_host_enter(self, token);
    bool retracted;

    if (run == NULL) {
        return EXECZ_E_STATE; /* finished just now: no fault of the plugin */
    }
    retracted = ez_run_retract(run);
    if (retracted) {
        ez_interrupt_raise(&run->interrupt); /* so that it ends as CANCELLED */
    }
    ez_run_leave(run);
    if (retracted) {
        ez_mailbox_push(self->services->mailbox, &run->head.message);
    }
    return retracted ? EXECZ_OK : EXECZ_E_STATE;
}

static void
host_soon(const execz_host *host, execz_run token)
{
    ez_runs_prefetch(host_of(host)->services->runs, token);
}

static uint32_t
host_unfinished(const execz_host *host)
{
    ez_host *self = host_of(host);

    return ez_runs_count_unfinished(self->services->runs, self->executor);
}

void
ez_host_init(ez_host *self, const ez_executor_services *services, ez_executor *executor,
             const char *alias, const ez_options *options)
{
    static const execz_host table = {
        .size = sizeof table,
        .abi = EXECZ_ABI,
        .name = "execz",
        .version = EXECZ_VERSION,
        .log = host_log,
        .now = host_now,
        .option = host_option,
        .option_i64 = host_option_i64,
        .realloc = host_realloc,
        .post = host_post,
        .thread = host_thread,
        .execute = host_execute,
        .started = host_started,
        .output = ez_host_output,
        .finish = ez_host_finish,
        .interrupt = host_interrupt,
        .describe = host_describe,
        .extension = ez_host_extension,
        .work = host_work,
        .retract = host_retract,
        .unfinished = host_unfinished,
        .soon = host_soon,
    };

    self->abi = table;
    self->abi.self = self;
    self->services = services;
    self->executor = executor;
    self->alias = alias;
    self->options = options;
    atomic_init(&self->misbehaved, 0);
    atomic_init(&self->owed, 0);
    ez_threads_init(&self->threads);
    pthread_mutex_init(&self->output_lock, NULL);
}

void
ez_host_deinit(ez_host *self)
{
    if (self->services->lingerers != NULL) {
        (void)ez_lingerers_set(self->services->lingerers, &self->abi, NULL);
    }
    pthread_mutex_destroy(&self->output_lock);
    ez_threads_deinit(&self->threads);
}
