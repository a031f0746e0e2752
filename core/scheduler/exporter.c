/* SPDX-License-Identifier: MIT */
/* Figures of a scheduler over the network: a plugin of the kind execz.metrics/1, found and loaded by
 * the rules for all plugins. */
#include <execz/exporter.h>
#include <execz/metrics.h>

#include "base/error.h"
#include "plugin/codes.h"
#include "plugin/module.h"
#include "scheduler/executors.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TYPE "http"

struct execz_exporter {
    execz_scheduler *scheduler;
    execz_exporter_function figures;
    void *user;
    char *part; /* owned; the alias that the plugin has for it */
    const execz_metrics_ops *ops;
    execz_metrics_server *server; /* NULL: it is not started */
    execz_metrics_host host;
};

/* ---- the host -------------------------------------------------------------------------------- */

static void
host_log(const execz_metrics_host *host, uint32_t level, const char *message)
{
    const execz_exporter *self = host->self;

    ez_log_write(&self->scheduler->log, MIN(level, EXECZ_LOG_ERROR), "metrics=%s %s", self->part,
                 message);
}

static void
host_render(const execz_metrics_host *host, execz_metrics_text text, void *user)
{
    const execz_exporter *self = host->self;
    char *figures = self->figures(self->user);

    text(user, figures == NULL ? "" : figures, figures == NULL ? 0 : strlen(figures));
    free(figures);
}

/* ---- the plugin ------------------------------------------------------------------------------ */

/* A file of its own, for the catalog may look anew at any time; NULL if there is none. */
static ez_plugin_file *
find_file(execz_scheduler *scheduler, const char *type, execz_error *err)
{
    const ez_plugin_file *found;
    g_autofree char *path = NULL;

    pthread_mutex_lock(&scheduler->catalog_lock);
    found = ez_find_plugin(scheduler, type, err);
    path = found == NULL ? NULL : g_strdup(found->path);
    pthread_mutex_unlock(&scheduler->catalog_lock);
    return path == NULL ? NULL : ez_plugin_file_new(path);
}

/* The plugin's functions; NULL with err. */
static const execz_metrics_ops *
load(execz_exporter *self, const char *type, execz_error *err)
{
    execz_scheduler *scheduler = self->scheduler;
    g_autoptr(ez_plugin_file) file = find_file(scheduler, type, err);
    const ez_plugin_part *part;
    const ez_module *module;
    const ez_component *component;

    if (file == NULL) {
        return NULL;
    }
    if (file->refusal.status != EXECZ_OK) {
        ez_fail_code(err, file->refusal.status, file->refusal.code, "%s", file->refusal.message);
        return NULL;
    }
    part = ez_choose_part(file, type, EXECZ_KIND_METRICS);
    if (part == NULL) {
        ez_plugin_fail(err, EZ_P_UNKNOWN_KIND, "%s serves no metrics as '%s'", file->path, type);
        return NULL;
    }
    self->part = g_strdup(part->aliases[0]);
    if (ez_lock_check(scheduler->plugin_lock, file, self->part, err) != EXECZ_OK ||
        (module = ez_module_load(file, err)) == NULL ||
        (component = ez_module_component(module, self->part, err)) == NULL) {
        return NULL;
    }
    ez_module_log(module, &scheduler->log, self->part);
    return component->ops;
}

/* Its threads leave signals to those of the program. */
static execz_status
start(execz_exporter *self, const char *address, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    execz_status status;
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = self->ops->start(&self->host, address, &self->server, &reason);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (status == EXECZ_OK) {
        return EXECZ_OK;
    }
    self->server = NULL;
    reason.message[sizeof reason.message - 1] = '\0';
    return ez_fail(err, status, "metrics cannot be served at %s: %s", address,
                   reason.message[0] == '\0' ? ez_status_text(status) : reason.message);
}

/* ---- life ------------------------------------------------------------------------------------ */

execz_exporter *
execz_exporter_new(execz_scheduler *scheduler, const char *type, const char *address,
                   execz_exporter_function figures, void *user, execz_error *err)
{
    execz_exporter *self = g_new0(execz_exporter, 1);
    execz_error reason = EXECZ_ERROR_INIT;

    self->scheduler = scheduler;
    self->figures = figures;
    self->user = user;
    self->host = (execz_metrics_host){
        .size = sizeof self->host,
        .abi = EXECZ_ABI,
        .name = "execz",
        .version = EXECZ_VERSION,
        .self = self,
        .log = host_log,
        .render = host_render,
    };
    self->ops = load(self, type == NULL ? DEFAULT_TYPE : type, &reason);
    if (self->ops == NULL || start(self, address, &reason) != EXECZ_OK) {
        ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
        g_clear_pointer(&self, execz_exporter_free);
    }
    return self;
}

void
execz_exporter_free(execz_exporter *self)
{
    if (self != NULL) {
        if (self->server != NULL) {
            self->ops->stop(self->server);
        }
        g_free(self->part);
        g_free(self);
    }
}
