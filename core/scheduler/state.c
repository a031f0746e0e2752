/* SPDX-License-Identifier: MIT */
#include "scheduler/state.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "scheduler/executors.h"
#include "store/figures.h"
#include "store/record.h"

#include <execz/state.h>

#include <string.h>

#define DEFAULT_STORE "sqlite"

/* ---- making one ------------------------------------------------------------------------------ */

static ez_store *
find_store(execz_scheduler *self, const char *type, const ez_options_source *options,
           const char *state_dir, ez_report *report, execz_error *err)
{
    const ez_plugin_file *file;
    const ez_plugin_part *part;
    ez_store *store = NULL;

    pthread_mutex_lock(&self->catalog_lock);
    file = ez_find_plugin(self, type, err);
    part = file == NULL ? NULL : ez_choose_part(file, type, EXECZ_KIND_STORE);
    if (part != NULL) {
        ez_store_parts parts = {self->clock, &self->log, self->plugin_lock,
                                state_dir,   file->path, part};

        store = ez_store_new(&parts, options, report);
    } else if (file != NULL) {
        ez_plugin_fail(err, EZ_P_UNKNOWN_KIND, "%s has no store '%s'", file->path, type);
    }
    pthread_mutex_unlock(&self->catalog_lock);
    return store;
}

/* Whether options ask for a store that keeps anything; false with err filled if they make no sense. */
static bool
wants_store(const execz_scheduler_options *options, execz_error *err)
{
    bool memory = options->store != NULL && strcmp(options->store, "memory") == 0;

    if (options->state_dir != NULL && options->state_dir[0] != '/') {
        ez_fail(err, EXECZ_E_INVAL, "state_dir '%s' is not an absolute path", options->state_dir);
        return false;
    }
    if (options->store != NULL && !memory && options->state_dir == NULL) {
        ez_fail(err, EXECZ_E_INVAL,
                "the store '%s' needs a state directory: set state_dir, or let the store be memory",
                options->store);
        return false;
    }
    return options->state_dir != NULL && !memory;
}

execz_status
ez_state_make(execz_scheduler *self, const execz_scheduler_options *given, execz_error *err)
{
    execz_scheduler_options whole = *given, *options = &whole;
    g_autoptr(ez_report) report = ez_report_new();
    g_autofree ez_setting *settings = g_new0(ez_setting, options->n_store_options + 1);
    const char *type = options->store != NULL ? options->store : DEFAULT_STORE;
    ez_options_source source = {.owner = "the store",
                                .base_dir = options->state_dir,
                                .settings = settings,
                                .n_settings = options->n_store_options};
    execz_error reason = EXECZ_ERROR_INIT;

    if (options->state_dir == NULL) {
        options->state_dir = options->fallback_state_dir;
        source.base_dir = options->state_dir;
    }
    if (!wants_store(options, &reason)) {
        return reason.status == EXECZ_OK ? EXECZ_OK
                                         : ez_fail(err, reason.status, "%s", reason.message);
    }
    for (uint64_t i = 0; i < options->n_store_options; i++) {
        settings[i].key = options->store_options[i].key;
        settings[i].value = options->store_options[i].value;
    }
    self->store = find_store(self, type, &source, options->state_dir, report, &reason);
    if (self->store != NULL) {
        return EXECZ_OK;
    }
    if (ez_report_count(report) > 0) {
        const ez_problem *first = ez_report_get(report, 0);

        return ez_fail_code(err, EXECZ_E_CONFIG, first->code, "%s", first->message);
    }
    return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
}

/* ---- looking after it ------------------------------------------------------------------------ */

void
execz_scheduler_get_store(execz_scheduler *self, execz_store_info *info_out)
{
    bool durable = self->store != NULL;
    execz_store_info info = {
        .size = MIN(info_out->size, (uint32_t)sizeof info),
        .durable = durable,
        .type = durable ? ez_store_type(self->store) : "memory",
        .state_dir = durable ? ez_store_directory(self->store) : NULL,
        .waiting = self->store_delay == 0 ? 0 : ez_batch_length(&self->journal),
        .quarantined = self->n_quarantined,
        .failing_since = self->store_failing_since,
    };

    memcpy(info_out, &info, info.size);
}

void
execz_scheduler_get_store_figures(execz_scheduler *self, execz_store_figures *figures_out)
{
    execz_store_figures figures = {0};

    if (self->store != NULL) {
        ez_store_get_figures(self->store, &figures);
        figures.lost += self->journal.dropped;
    }
    figures.size = MIN(figures_out->size, (uint32_t)sizeof figures);
    memcpy(figures_out, &figures, figures.size);
}

static execz_status
check_open(execz_scheduler *self, execz_error *err)
{
    return self->store == NULL || ez_store_is_open(self->store)
               ? EXECZ_OK
               : ez_fail(err, EXECZ_E_STATE,
                         "the scheduler has not been started: its store is read "
                         "when it is");
}

execz_status
execz_scheduler_history(execz_scheduler *self, const execz_history_filter *filter,
                        execz_history_function record, void *user, execz_error *err)
{
    execz_history_filter whole;
    execz_status status = ez_history_read_filter(filter, &whole, err);
    bool durable;

    if (status != EXECZ_OK) {
        return status;
    }
    pthread_mutex_lock(&self->lock);
    durable = self->durable;
    pthread_mutex_unlock(&self->lock);
    if (durable) {
        return ez_store_history(self->store, &whole, record, user, err);
    }
    if (self->history != NULL) {
        ez_history_query(self->history, &whole, record, user);
    }
    return EXECZ_OK;
}

typedef struct listing {
    execz_quarantine_function task;
    void *user;
} listing;

static int32_t
list_one(void *user, const execz_store_task *found)
{
    const listing *to = user;

    to->task(to->user, &(execz_quarantined_task){.size = sizeof(execz_quarantined_task),
                                                 .task = found->task,
                                                 .reason = found->reason,
                                                 .record = found->record,
                                                 .since = found->since});
    return 0;
}

execz_status
execz_scheduler_list_quarantine(execz_scheduler *self, execz_quarantine_function task, void *user,
                                execz_error *err)
{
    listing to = {task, user};
    execz_status status = check_open(self, err);

    return status != EXECZ_OK || self->store == NULL
               ? status
               : ez_store_quarantined(self->store, list_one, &to, err);
}

execz_status
execz_scheduler_check_store(execz_scheduler *self, execz_error *err)
{
    execz_status status = check_open(self, err);

    return status != EXECZ_OK || self->store == NULL ? status : ez_store_check(self->store, err);
}

execz_status
execz_scheduler_inspect_store(execz_scheduler *self, execz_quarantine_function task, void *user,
                              execz_error *err)
{
    execz_status status;

    if (self->store == NULL) {
        return EXECZ_OK;
    }
    if (ez_store_is_open(self->store)) {
        return ez_fail(err, EXECZ_E_STATE,
                       "the scheduler has been started: ask for its quarantine, and for a check");
    }
    status = ez_store_open(self->store, err);
    if (status == EXECZ_OK) {
        status = execz_scheduler_list_quarantine(self, task, user, err);
        status = status == EXECZ_OK ? ez_store_check(self->store, err) : status;
        ez_store_close(self->store);
    }
    return status;
}

/* A task that is looked for in the quarantine. */
typedef struct finding {
    execz_scheduler *scheduler;
    const char *id;
    ez_task *task; /* a reference */
    ez_task_state state;
    execz_time next_run;
    execz_error *err;
    bool found;
} finding;

static int32_t
find_one(void *user, const execz_store_task *kept)
{
    finding *self = user;

    if (strcmp(kept->task, self->id) != 0) {
        return 0;
    }
    self->found = true;
    self->next_run = kept->next_run;
    self->task = ez_restore_parse(kept, NULL, &self->state, self->err);
    return 1;
}

execz_status
execz_scheduler_restore_task(execz_scheduler *self, const char *id, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    finding sought = {.scheduler = self, .id = id, .err = &reason};
    execz_status status = check_open(self, err);
    bool added = false;

    if (status == EXECZ_OK && self->store != NULL) {
        status = ez_store_quarantined(self->store, find_one, &sought, err);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    if (!sought.found) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "there is no task '%s' in quarantine", id);
    }
    if (sought.task == NULL) {
        return ez_fail(err, reason.status, "the record of task '%s' cannot be read still: %s", id,
                       reason.message);
    }
    pthread_mutex_lock(&self->lock);
    added = ez_restore_add_locked(self, sought.task, &sought.state, sought.next_run);
    if (added) {
        ez_entry *entry = ez_index_find(&self->tasks, id);

        ez_scheduler_plan_locked(self, entry);
        ez_scheduler_change_locked(self, EXECZ_STORE_RESTORE, entry);
        self->n_quarantined -= self->n_quarantined > 0;
    }
    pthread_mutex_unlock(&self->lock);
    ez_task_state_clear(&sought.state);
    ez_task_unref(sought.task);
    ez_mailbox_ring(&self->mailbox);
    return added
               ? EXECZ_OK
               : ez_fail(err, EXECZ_E_EXISTS,
                         "there is a task '%s' beside the one in quarantine: remove it first", id);
}
