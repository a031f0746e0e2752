/* SPDX-License-Identifier: MIT */
#include "executor/executor.h"

#include "base/error.h"
#include "executor/code.h"
#include "executor/host.h"
#include "executor/remains.h"

enum state { STOPPED, STARTED, SHUTTING_DOWN };

struct ez_executor {
    const ez_executor_services *services;
    char *alias;         /* owned */
    char *path;          /* owned; of the plugin's file; NULL if it could not be found */
    char *part;          /* owned; the plugin's own alias for it */
    ez_options *options; /* owned */
    ez_isolation isolation;
    const ez_module *given; /* its code, instead of what its path names; NULL: that */
    char *reason;           /* owned; why it is not available; NULL if it is */
    enum state state;
    execz_duration wait_time; /* of runs that have begun, since the start */
    bool unflushed;           /* sent to since the last flush */
    unsigned unfinished;

    /* While started. */
    ez_code code;
    execz_executor *plugin; /* the plugin's own state */
    ez_host *host;          /* owned; a fresh one for each start */

    ez_remains remains; /* of earlier starts */
};

/* The message of err with its code, if it has one. */
static char *
reason_of(const execz_error *err)
{
    return err->code[0] == '\0' ? g_strdup(err->message)
                                : g_strdup_printf("%s [%s]", err->message, err->code);
}

static ez_executor *
executor_new(const ez_executor_services *services, const char *alias)
{
    ez_executor *self = g_new0(ez_executor, 1);

    self->services = services;
    self->alias = g_strdup(alias);
    self->reason = g_strdup("it is not started");
    return self;
}

ez_executor *
ez_executor_new(const ez_executor_services *services, const char *alias, const ez_plugin_file *file,
                const ez_plugin_part *part, const ez_options_source *options, ez_report *report)
{
    ez_options *checked = ez_isolation_check(&part->options, options, report);
    ez_executor *self;

    if (checked == NULL) {
        return NULL;
    }
    self = executor_new(services, alias);
    self->path = g_strdup(file->path);
    self->part = g_strdup(part->aliases[0]);
    self->options = checked;
    ez_isolation_get(checked, &self->isolation);
    return self;
}

ez_executor *
ez_executor_new_unavailable(const ez_executor_services *services, const char *alias,
                            const execz_error *err)
{
    ez_executor *self = executor_new(services, alias);

    g_free(self->reason);
    self->reason = reason_of(err);
    return self;
}

void
ez_executor_give_module(ez_executor *self, const ez_module *module)
{
    self->given = module;
}

bool
ez_executor_is_free_of_threads(ez_executor *self)
{
    return ez_remains_clear(&self->remains);
}

void
ez_executor_free(ez_executor *self)
{
    if (self != NULL) {
        ez_remains_deinit(&self->remains);
        ez_code_clear(&self->code);
        g_free(self->alias);
        g_free(self->path);
        g_free(self->part);
        g_free(self->reason);
        ez_options_free(self->options);
        g_free(self);
    }
}

const char *
ez_executor_alias(const ez_executor *self)
{
    return self->alias;
}

const char *
ez_executor_type(const ez_executor *self)
{
    return self->part;
}

const char *
ez_executor_path(const ez_executor *self)
{
    return self->path;
}

const char *
ez_executor_sum(const ez_executor *self)
{
    return ez_code_sum(&self->code);
}

const ez_log *
ez_executor_log(const ez_executor *self)
{
    return &self->services->log;
}

unsigned *
ez_executor_unfinished(ez_executor *self)
{
    return &self->unfinished;
}

/* The plugin's code and its table for this executor. */
static execz_status
load(ez_executor *self, execz_error *err)
{
    const ez_isolator *isolator = self->services->isolator;
    const ez_lock *lock = self->services->lock;
    execz_status status;

    if (self->isolation.process && isolator == NULL) {
        return ez_fail(err, EXECZ_E_UNSUPPORTED, "plugins cannot be isolated here");
    }
    if (self->isolation.process) {
        return ez_code_load_isolated(&self->code, self->path, self->part, lock, isolator, err);
    }
    status = self->given != NULL ? ez_code_take(&self->code, self->given, self->part, err)
                                 : ez_code_load(&self->code, self->path, self->part, lock, err);
    if (self->code.module != NULL) {
        ez_module_log(self->code.module, &self->services->log, self->alias);
    }
    return status;
}

/* Keeps what threads that did not end still use, until they do. */
static void
leave_behind(ez_executor *self)
{
    ez_remains_keep(&self->remains, self->host, self->plugin, self->code.ops);
}

static execz_status
start_plugin(ez_executor *self, execz_error *err)
{
    ez_isolated what = {self->services,   NULL,          self->alias,    self->part,
                        self->code.image, self->options, self->isolation};
    execz_status status;

    self->plugin = NULL;
    self->host = g_new0(ez_host, 1);
    ez_host_init(self->host, self->services, self, self->alias, self->options);
    what.host = &self->host->abi;
    status = ez_code_start(&self->code, &what, &self->plugin, err);
    if (status == EXECZ_OK) {
        return EXECZ_OK;
    }
    if (ez_threads_join(&self->host->threads,
                        ez_clock_monotonic(ez_clock_system()) + EXECZ_SECOND)) {
        ez_host_deinit(self->host);
        g_free(self->host);
    } else {
        ez_log_write(&self->services->log, EXECZ_LOG_ERROR,
                     "plugin misbehaving: executor=%s failed to start and left a thread running",
                     self->alias);
        leave_behind(self);
    }
    self->host = NULL;
    return status;
}

execz_status
ez_executor_start(ez_executor *self, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    execz_status status = EXECZ_OK;

    if (self->state != STOPPED) {
        return ez_fail(err, EXECZ_E_STATE,
                       self->state == STARTED
                           ? "executor '%s' is started already"
                           : "executor '%s' is shutting down; start it once it has stopped",
                       self->alias);
    }
    if (self->path == NULL) {
        return ez_fail(err, EXECZ_E_PLUGIN, "%s", self->reason);
    }
    status = load(self, &reason);
    if (status == EXECZ_OK) {
        status = start_plugin(self, &reason);
    }
    g_clear_pointer(&self->reason, g_free);
    if (status != EXECZ_OK) {
        self->reason = reason_of(&reason);
        return ez_fail_code(err, status, reason.code, "%s", reason.message);
    }
    self->state = STARTED;
    self->wait_time = 0;
    return EXECZ_OK;
}

bool
ez_executor_is_ready(const ez_executor *self)
{
    return self->state != STOPPED &&
           (!self->isolation.process || self->services->isolator->ready(self->plugin));
}

bool
ez_executor_is_started(const ez_executor *self)
{
    return self->state != STOPPED;
}

bool
ez_executor_is_available(const ez_executor *self, const char **reason_out)
{
    const char *reason = self->reason;

    if (reason == NULL && self->isolation.process) {
        reason = self->services->isolator->broken(self->plugin);
    }
    if (reason != NULL) {
        *reason_out = reason;
    }
    return reason == NULL;
}

uint32_t
ez_executor_examine(const ez_executor *self, execz_stats *stats_out, execz_error *why)
{
    const execz_executor_ops *ops = self->plugin != NULL ? self->code.ops : NULL;

    *stats_out = (execz_stats){.size = sizeof *stats_out};
    if (ops != NULL && ops->stats != NULL) {
        (void)ops->stats(self->plugin, stats_out);
    }
    stats_out->size = sizeof *stats_out;
    stats_out->wait_time = self->wait_time;
    return ops != NULL && ops->health != NULL ? ops->health(self->plugin, why) : EXECZ_HEALTH_OK;
}

bool
ez_executor_overwrites_wait(const ez_executor *self)
{
    int64_t value = 0;

    return self->options != NULL && /* a plugin that cannot be used has none */
           ez_options_get_i64(self->options, "overwrite_wait", &value) == EXECZ_OK && value == 1;
}

void
ez_executor_add_wait(ez_executor *self, execz_duration wait)
{
    self->wait_time += MAX(0, wait); /* the clock may have been set back */
}

bool
ez_executor_has_caps(const ez_executor *self, uint32_t caps)
{
    return (self->code.caps & caps) == caps;
}

execz_status
ez_executor_send(ez_executor *self, ez_run *run, execz_error *err)
{
    execz_status status;

    if (self->state != STARTED) {
        return ez_fail(err, EXECZ_E_SHUTDOWN, "executor '%s' is %s", self->alias,
                       self->state == STOPPED ? "not started" : "shutting down");
    }
    status = self->code.ops->send_task(self->plugin, &run->view->abi, ez_run_plain_times(run),
                                       run->n, run->token, err);
    if (status == EXECZ_OK) {
        self->unfinished++;
        self->unflushed = true;
    } else {
        ez_error_terminate(err);
    }
    return status;
}

void
ez_executor_flush(ez_executor *self)
{
    if (self->unflushed && self->state != STOPPED && self->code.ops->flush != NULL) {
        self->code.ops->flush(self->plugin);
    }
    self->unflushed = false;
}

void
ez_executor_cancel(ez_executor *self, ez_run *run)
{
    run->cancelled = ez_run_generation(run);
    ez_interrupt_raise(&run->interrupt);
    if (self->state != STOPPED && self->code.ops->cancel != NULL) {
        (void)self->code.ops->cancel(self->plugin, run->token);
    }
}

void
ez_executor_shutdown(ez_executor *self, uint32_t flags, int64_t deadline)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    if (self->state == STOPPED) {
        return;
    }
    self->state = SHUTTING_DOWN;
    status = self->code.ops->shutdown(self->plugin, flags & ~EXECZ_SHUTDOWN_WAIT, deadline, &err);
    ez_error_terminate(&err);
    if (status != EXECZ_OK) {
        ez_log_write(&self->services->log, EXECZ_LOG_WARNING, "executor=%s shutdown reported: %s",
                     self->alias, err.message[0] == '\0' ? ez_status_text(status) : err.message);
    }
}

void
ez_executor_owe(ez_executor *self)
{
    if (self->host != NULL) {
        atomic_fetch_add(&self->host->owed, 1);
    }
}

bool
ez_executor_join(ez_executor *self, int64_t deadline)
{
    return self->state == STOPPED || ez_threads_join(&self->host->threads, deadline);
}

void
ez_executor_stop(ez_executor *self, int64_t deadline, bool abandon)
{
    if (self->state == STOPPED) {
        return;
    }
    /* A plugin in a process of its own has nothing here that could still use anything. */
    if (self->isolation.process || (!abandon && ez_threads_join(&self->host->threads, deadline))) {
        self->code.ops->destroy(self->plugin);
        ez_host_deinit(self->host);
        g_free(self->host);
    } else {
        leave_behind(self);
        ez_log_write(&self->services->log, EXECZ_LOG_ERROR,
                     "executor=%s did not end in time; %u of its threads still run and keep what "
                     "they use",
                     self->alias, ez_threads_running(&self->host->threads));
    }
    self->host = NULL;
    self->plugin = NULL;
    self->unfinished = 0;
    self->state = STOPPED;
    g_free(self->reason);
    self->reason = g_strdup("it is not started");
    (void)ez_executor_is_free_of_threads(self);
}
