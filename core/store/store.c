/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "plugin/module.h"
#include "store/directory.h"
#include "store/figures.h"
#include "store/history.h"
#include "store/record.h"

#include <string.h>
#include <unistd.h>

#include <jansson.h>

struct ez_store {
    const ez_clock *clock;
    const ez_log *log;
    const ez_lock *lock;
    char *state_dir; /* owned, as the next three */
    char *path;
    char *part;
    ez_options *options;

    /* While open. */
    int directory; /* -1: not taken */
    const execz_store_ops *ops;
    execz_store *plugin; /* NULL: it is not open */
    execz_store_host host;

    execz_store_figures figures; /* [loop] since it was made */
};

/* ---- the host -------------------------------------------------------------------------------- */

static const ez_store *
store_of(const execz_store_host *host)
{
    return host->self;
}

static void
host_log(const execz_store_host *host, uint32_t level, const char *message)
{
    const ez_store *self = store_of(host);

    ez_log_write(self->log, MIN(level, EXECZ_LOG_ERROR), "store=%s %s", self->part, message);
}

static int64_t
host_now(const execz_store_host *host, uint32_t clock)
{
    const ez_clock *clocks = store_of(host)->clock;

    return clock == EXECZ_CLOCK_REAL ? ez_clock_now(clocks) : ez_clock_monotonic(clocks);
}

static const char *
host_option(const execz_store_host *host, const char *name)
{
    return ez_options_get(store_of(host)->options, name);
}

static execz_status
host_option_i64(const execz_store_host *host, const char *name, int64_t *value_out)
{
    return ez_options_get_i64(store_of(host)->options, name, value_out);
}

/* ---- life ------------------------------------------------------------------------------------ */

ez_store *
ez_store_new(const ez_store_parts *parts, const ez_options_source *options, ez_report *report)
{
    ez_options *checked =
        ez_options_check(parts->part->options.option, parts->part->options.n, options, report);
    ez_store *self;

    if (checked == NULL) {
        return NULL;
    }
    self = g_new0(ez_store, 1);
    self->clock = parts->clock;
    self->log = parts->log;
    self->lock = parts->lock;
    self->state_dir = g_strdup(parts->state_dir);
    self->path = g_strdup(parts->path);
    self->part = g_strdup(parts->part->aliases[0]);
    self->options = checked;
    self->directory = -1;
    self->host = (execz_store_host){
        .size = sizeof self->host,
        .abi = EXECZ_ABI,
        .name = "execz",
        .version = EXECZ_VERSION,
        .self = self,
        .state_dir = self->state_dir,
        .log = host_log,
        .now = host_now,
        .option = host_option,
        .option_i64 = host_option_i64,
    };
    return self;
}

void
ez_store_close(ez_store *self)
{
    if (self->plugin != NULL) {
        self->ops->close(g_steal_pointer(&self->plugin));
    }
    if (self->directory >= 0) {
        close(self->directory);
        self->directory = -1;
    }
}

void
ez_store_free(ez_store *self)
{
    if (self != NULL) {
        ez_store_close(self);
        g_free(self->state_dir);
        g_free(self->path);
        g_free(self->part);
        ez_options_free(self->options);
        g_free(self);
    }
}

const char *
ez_store_type(const ez_store *self)
{
    return self->part;
}

const char *
ez_store_directory(const ez_store *self)
{
    return self->state_dir;
}

bool
ez_store_is_open(const ez_store *self)
{
    return self->plugin != NULL;
}

/* The plugin's code and its table. */
static execz_status
load(ez_store *self, const ez_module **module_out, execz_error *err)
{
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(self->path);
    const ez_component *component;

    if (file->refusal.status != EXECZ_OK) {
        return ez_fail_code(err, file->refusal.status, file->refusal.code, "%s",
                            file->refusal.message);
    }
    if (ez_lock_check(self->lock, file, self->part, err) != EXECZ_OK ||
        (*module_out = ez_module_load(file, err)) == NULL ||
        (component = ez_module_component(*module_out, self->part, err)) == NULL) {
        return EXECZ_E_PLUGIN;
    }
    ez_module_log(*module_out, self->log, self->part);
    if (g_strcmp0(component->part->kind, EXECZ_KIND_STORE) != 0) {
        return ez_plugin_fail(err, EZ_P_UNKNOWN_KIND, "%s is of kind '%s', not a store", self->path,
                              component->part->kind);
    }
    self->ops = component->ops;
    return EXECZ_OK;
}

/* What a plugin has written need not be a text, and it need not have written any. */
static execz_status
describe(const ez_store *self, execz_status status, const char *what, execz_error *reason,
         execz_error *err)
{
    reason->code[sizeof reason->code - 1] = '\0';
    reason->message[sizeof reason->message - 1] = '\0';
    return ez_fail_code(err, status, reason->code, "store '%s' in %s %s: %s", self->part,
                        self->state_dir, what,
                        reason->message[0] == '\0' ? ez_status_text(status) : reason->message);
}

execz_status
ez_store_open(ez_store *self, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    const ez_module *module = NULL;
    execz_status status;

    self->directory = ez_directory_take(self->state_dir, &reason);
    if (self->directory < 0) {
        return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
    }
    status = load(self, &module, err);
    if (status == EXECZ_OK) {
        status = self->ops->open(&self->host, self->part, &self->plugin, &reason);
        if (status != EXECZ_OK) {
            self->plugin = NULL;
            status = describe(self, status, "cannot be opened", &reason, err);
        }
    }
    if (status != EXECZ_OK) {
        ez_store_close(self);
    }
    return status;
}

/* ---- calls ----------------------------------------------------------------------------------- */

execz_status
ez_store_load(ez_store *self, execz_store_task_function task,
              execz_store_occurrence_function occurrence, void *user, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    execz_status status = self->ops->load(self->plugin, task, occurrence, user, &reason);

    return status == EXECZ_OK ? status : describe(self, status, "cannot be read", &reason, err);
}

execz_status
ez_store_commit(ez_store *self, ez_batch *batch, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    size_t n = ez_batch_length(batch);
    int64_t before = ez_clock_monotonic(self->clock);
    execz_status status = self->ops->commit(self->plugin, ez_batch_seal(batch), n, &reason);

    if (status != EXECZ_OK) {
        self->figures.failures++;
        return describe(self, status, "cannot be written to", &reason, err);
    }
    self->figures.commits++;
    self->figures.commit_time += ez_clock_monotonic(self->clock) - before;
    self->figures.lost += batch->dropped;
    return EXECZ_OK;
}

void
ez_store_get_figures(const ez_store *self, execz_store_figures *figures_out)
{
    *figures_out = self->figures;
}

execz_status
ez_store_quarantined(ez_store *self, execz_store_task_function task, void *user, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    execz_status status;

    if (self->ops->quarantined == NULL) {
        return EXECZ_OK;
    }
    status = self->ops->quarantined(self->plugin, task, user, &reason);
    return status == EXECZ_OK ? status : describe(self, status, "cannot be read", &reason, err);
}

execz_status
ez_store_check(ez_store *self, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    execz_status status;

    if (self->ops->check == NULL) {
        return EXECZ_OK;
    }
    status = self->ops->check(self->plugin, &reason);
    return status == EXECZ_OK ? status : describe(self, status, "is not sound", &reason, err);
}

/* The store is within its query: whoever asked is told when that is over. */
static int32_t
collect(void *user, const execz_store_occurrence *kept)
{
    execz_history_record record;
    json_t *arena = ez_record_read_occurrence(kept, &record);

    g_ptr_array_add(user, ez_history_copy(&record));
    json_decref(arena);
    return 0;
}

execz_status
ez_store_history(ez_store *self, const execz_history_filter *filter, execz_history_function record,
                 void *user, execz_error *err)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(ez_history_unref);
    execz_error reason = EXECZ_ERROR_INIT;
    execz_store_query query = {
        .size = sizeof query,
        .outcomes = filter->outcomes,
        .task = filter->task,
        .run_time = filter->scheduled,
        .since = filter->since,
        .until = filter->until,
        .before = filter->before,
        .id = filter->id,
        .limit = filter->limit,
        .output = filter->output,
    };
    execz_status status = self->ops->history(self->plugin, &query, collect, found, &reason);

    if (status != EXECZ_OK) {
        return describe(self, status, "cannot be read", &reason, err);
    }
    ez_history_tell(found, filter, record, user);
    return EXECZ_OK;
}
