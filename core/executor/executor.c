/* SPDX-License-Identifier: MIT */
#include "executor/executor.h"

#include "base/error.h"
#include "executor/host.h"
#include "plugin/codes.h"
#include "plugin/module.h"

enum state { STOPPED, STARTED, SHUTTING_DOWN };

/* A start whose threads did not end in time: they still use all of this. */
typedef struct remains {
    const execz_executor_ops *ops;
    execz_executor *plugin; /* NULL: it did not even start */
    ez_host *host;
} remains;

struct ez_executor {
    const ez_executor_services *services;
    char *alias;         /* owned */
    char *path;          /* owned; of the plugin's file; NULL if it could not be found */
    char *part;          /* owned; the plugin's own alias for it */
    ez_options *options; /* owned */
    char *reason;        /* owned; why it is not available; NULL if it is */
    enum state state;
    execz_duration wait_time; /* of runs that have begun, since the start */
    bool unflushed;           /* sent to since the last flush */
    unsigned unfinished;

    /* While started. */
    const ez_module *module;
    const execz_executor_ops *ops;
    uint32_t caps;
    execz_executor *plugin; /* the plugin's own state */
    ez_host *host;          /* owned; a fresh one for each start */

    GArray *remains; /* of earlier starts */
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
    self->remains = g_array_new(FALSE, FALSE, sizeof(remains));
    return self;
}

ez_executor *
ez_executor_new(const ez_executor_services *services, const char *alias, const ez_plugin_file *file,
                const ez_plugin_part *part, const ez_options_source *options, ez_report *report)
{
    ez_options *checked = ez_options_check(part->options.option, part->options.n, options, report);
    ez_executor *self;

    if (checked == NULL) {
        return NULL;
    }
    self = executor_new(services, alias);
    self->path = g_strdup(file->path);
    self->part = g_strdup(part->aliases[0]);
    self->options = checked;
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

bool
ez_executor_is_free_of_threads(ez_executor *self)
{
    for (guint i = self->remains->len; i > 0; i--) {
        remains at = g_array_index(self->remains, remains, i - 1);

        if (atomic_load(&at.host->owed) == 0 && ez_threads_join(&at.host->threads, 0)) {
            if (at.plugin != NULL) {
                at.ops->destroy(at.plugin);
            }
            ez_host_deinit(at.host);
            g_free(at.host);
            g_array_remove_index(self->remains, i - 1);
        }
    }
    return self->remains->len == 0;
}

void
ez_executor_free(ez_executor *self)
{
    if (self != NULL) {
        g_array_unref(self->remains);
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
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(self->path);
    const ez_component *component;

    if (file->refusal.status != EXECZ_OK) {
        return ez_fail_code(err, file->refusal.status, file->refusal.code, "%s",
                            file->refusal.message);
    }
    self->module = ez_lock_check(self->services->lock, file, self->part, err) == EXECZ_OK
                       ? ez_module_load(file, err)
                       : NULL;
    if (self->module == NULL) {
        return EXECZ_E_PLUGIN;
    }
    ez_module_log(self->module, &self->services->log, self->alias);
    component = ez_module_component(self->module, self->part, err);
    if (component == NULL) {
        return EXECZ_E_PLUGIN;
    }
    if (g_strcmp0(component->part->kind, EXECZ_KIND_EXECUTOR) != 0) {
        return ez_plugin_fail(err, EZ_P_UNKNOWN_KIND, "%s is of kind '%s', not an executor",
                              self->path, component->part->kind);
    }
    self->ops = component->ops;
    self->caps = component->part->caps;
    return EXECZ_OK;
}

/* What a plugin has written need not be a text. */
static void
terminate(execz_error *err)
{
    if (err == NULL) {
        return;
    }
    err->code[sizeof err->code - 1] = '\0';
    err->message[sizeof err->message - 1] = '\0';
}

/* Keeps what threads that did not end still use, until they do. */
static void
leave_behind(ez_executor *self)
{
    remains left = {self->ops, self->plugin, self->host};

    g_array_append_val(self->remains, left);
}

static execz_status
start_plugin(ez_executor *self, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    execz_status status;

    self->plugin = NULL;
    self->host = g_new0(ez_host, 1);
    ez_host_init(self->host, self->services, self, self->alias, self->options);
    status = self->ops->start(&self->host->abi, self->alias, &self->plugin, &reason);
    terminate(&reason);
    if (status == EXECZ_OK) {
        return EXECZ_OK;
    }
    status = ez_module_start_failed(self->module, self->alias, status, &reason);
    ez_fail_code(err, status, reason.code, "%s", reason.message);
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
ez_executor_is_available(const ez_executor *self, const char **reason_out)
{
    if (self->reason != NULL) {
        *reason_out = self->reason;
    }
    return self->reason == NULL;
}

uint32_t
ez_executor_examine(const ez_executor *self, execz_stats *stats_out, execz_error *why)
{
    const execz_executor_ops *ops = self->plugin != NULL ? self->ops : NULL;

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
    return (self->caps & caps) == caps;
}

execz_status
ez_executor_send(ez_executor *self, ez_run *run, execz_error *err)
{
    execz_status status;

    if (self->state != STARTED) {
        return ez_fail(err, EXECZ_E_SHUTDOWN, "executor '%s' is %s", self->alias,
                       self->state == STOPPED ? "not started" : "shutting down");
    }
    status = self->ops->send_task(self->plugin, &run->task->view->abi, ez_run_plain_times(run),
                                  run->n, run->token, err);
    if (status == EXECZ_OK) {
        self->unfinished++;
        self->unflushed = true;
    } else {
        terminate(err);
    }
    return status;
}

void
ez_executor_flush(ez_executor *self)
{
    if (self->unflushed && self->state != STOPPED && self->ops->flush != NULL) {
        self->ops->flush(self->plugin);
    }
    self->unflushed = false;
}

void
ez_executor_cancel(ez_executor *self, ez_run *run)
{
    run->cancelled = run->token;
    ez_interrupt_raise(&run->interrupt);
    if (self->state != STOPPED && self->ops->cancel != NULL) {
        (void)self->ops->cancel(self->plugin, run->token);
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
    status = self->ops->shutdown(self->plugin, flags & ~EXECZ_SHUTDOWN_WAIT, deadline, &err);
    terminate(&err);
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
    if (!abandon && ez_threads_join(&self->host->threads, deadline)) {
        self->ops->destroy(self->plugin);
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
