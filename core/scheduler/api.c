/* SPDX-License-Identifier: MIT */
/* Tasks, executors and listeners come and go. */
#include "base/error.h"
#include "scheduler/scheduler.h"
#include "scheduler/tell.h"

#include <execz/execz.h>

#include <string.h>

const char *
execz_version(void)
{
    return EXECZ_VERSION;
}

/* ---- executors ------------------------------------------------------------------------------- */

/**
 * The part of a file that an executor of this type uses: the alias, or of a path its first
 * executor.
 */
static const ez_plugin_part *
choose_part(const ez_plugin_file *file, const char *type)
{
    if (type[0] != '/') {
        return ez_plugin_file_part(file, type);
    }
    for (uint32_t i = 0; i < file->n_parts; i++) {
        if (g_strcmp0(file->parts[i].kind, EXECZ_KIND_EXECUTOR) == 0) {
            return &file->parts[i];
        }
    }
    return NULL;
}

/* NULL if the alias is unknown (err) or an option is wrong (report). */
static ez_executor *
make_executor(execz_scheduler *self, const char *alias, const char *type,
              const ez_options_source *options, ez_report *report, execz_error *err)
{
    const ez_plugin_file *file;
    const ez_plugin_part *part;
    ez_executor *executor;

    pthread_mutex_lock(&self->catalog_lock);
    file = type[0] == '/' ? ez_catalog_find_file(self->catalog, type, err)
                          : ez_catalog_find(self->catalog, type, err);
    part = file == NULL ? NULL : choose_part(file, type);
    if (part != NULL && g_strcmp0(part->kind, EXECZ_KIND_EXECUTOR) == 0) {
        executor = ez_executor_new(&self->services, alias, file, part, options, report);
    } else if (file != NULL) {
        ez_fail_code(err, EXECZ_E_PLUGIN, "P105", "%s has no executor '%s'", file->path, type);
        executor = ez_executor_new_unavailable(&self->services, alias, err);
    } else if (err->status == EXECZ_E_PLUGIN) {
        executor = ez_executor_new_unavailable(&self->services, alias, err);
    } else {
        executor = NULL;
    }
    pthread_mutex_unlock(&self->catalog_lock);
    return executor;
}

static execz_status
insert_place(execz_scheduler *self, ez_executor *executor, execz_error *err)
{
    const char *alias = ez_executor_alias(executor);
    ez_executor_place *place;
    bool taken;

    pthread_mutex_lock(&self->lock);
    taken = g_hash_table_contains(self->places, alias);
    if (!taken) {
        place = g_new0(ez_executor_place, 1);
        place->executor = executor;
        place->retry_at = EXECZ_TIME_NEVER;
        place->retry_delay = 10 * EXECZ_MILLISECOND;
        g_queue_init(&place->held);
        g_hash_table_insert(self->places, (void *)alias, place);
        g_queue_push_tail(&self->new_executors, place);
    }
    pthread_mutex_unlock(&self->lock);
    if (taken) {
        ez_fail(err, EXECZ_E_EXISTS, "there is an executor '%s' already", alias);
        ez_executor_free(executor);
        return EXECZ_E_EXISTS;
    }
    ez_tell(self, EXECZ_EVENT_EXECUTOR_ADDED, alias, NULL);
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
ez_scheduler_add_executor(execz_scheduler *self, const char *alias, const char *type,
                          const ez_options_source *options, ez_report *report, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    ez_executor *executor;

    if (!ez_task_check_id("executor alias", alias, err)) {
        return EXECZ_E_INVAL;
    }
    executor = make_executor(self, alias, type, options, report, &reason);
    if (executor != NULL) {
        return insert_place(self, executor, err);
    }
    if (reason.status != EXECZ_OK) {
        return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
    }
    return ez_fail(err, EXECZ_E_CONFIG, "the options of executor '%s' are wrong", alias);
}

execz_status
execz_scheduler_add_executor(execz_scheduler *self, const char *alias, const char *type,
                             const execz_pair *options, size_t n_options, execz_error *err)
{
    g_autoptr(ez_report) report = ez_report_new();
    g_autofree ez_setting *settings = g_new0(ez_setting, n_options + 1);
    g_autofree char *owner = g_strdup_printf("executor '%s'", alias);
    g_autofree char *base = g_get_current_dir();
    ez_options_source source = {
        .owner = owner, .base_dir = base, .settings = settings, .n_settings = n_options};
    execz_status status;

    for (size_t i = 0; i < n_options; i++) {
        settings[i].key = options[i].key;
        settings[i].value = options[i].value;
    }
    status = ez_scheduler_add_executor(self, alias, type, &source, report, err);
    if (status == EXECZ_E_CONFIG && ez_report_count(report) > 0) {
        const ez_problem *first = ez_report_get(report, 0);

        return ez_fail_code(err, status, first->code, "%s", first->message);
    }
    return status;
}

static int
compare_places(const void *a, const void *b)
{
    const ez_executor_place *one = *(ez_executor_place *const *)a;
    const ez_executor_place *other = *(ez_executor_place *const *)b;

    return strcmp(ez_executor_alias(one->executor), ez_executor_alias(other->executor));
}

void
execz_scheduler_list_executors(execz_scheduler *self, execz_executor_function executor, void *user)
{
    g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);

    g_ptr_array_sort(places, compare_places);
    for (guint i = 0; i < places->len; i++) {
        ez_executor *one = ((ez_executor_place *)places->pdata[i])->executor;
        execz_executor_info info = {
            .size = sizeof info,
            .unfinished = *ez_executor_unfinished(one),
            .alias = ez_executor_alias(one),
            .type = ez_executor_type(one),
            .path = ez_executor_path(one),
        };

        ez_executor_get_stats(one, &info.stats);
        if (ez_executor_is_available(one, &info.unavailable)) {
            info.unavailable = NULL;
        }
        executor(user, &info);
    }
}

execz_status
execz_scheduler_add_functions(execz_scheduler *self, const char *module,
                              const execz_function *const *functions, size_t n, execz_error *err)
{
    execz_status status = ez_modules_register(self->modules, module, functions, n, err);

    if (status == EXECZ_OK) {
        pthread_mutex_lock(&self->lock);
        self->recheck = true;
        pthread_mutex_unlock(&self->lock);
        ez_mailbox_ring(&self->mailbox);
    }
    return status;
}

/* ---- tasks ----------------------------------------------------------------------------------- */

static execz_status
insert_entry_locked(execz_scheduler *self, ez_entry *entry, execz_error *err)
{
    const char *id = entry->task->abi.id;

    if (g_hash_table_contains(self->tasks, id)) {
        return ez_fail(err, EXECZ_E_EXISTS, "there is a task '%s' already", id);
    }
    g_hash_table_insert(self->tasks, (void *)id, entry);
    if (self->state != EXECZ_STATE_STOPPED) {
        (void)ez_entry_begin_locked(entry, ez_clock_now(self->clock), NULL);
        if (entry->fire != EXECZ_TIME_NEVER) {
            ez_heap_set(&self->due, &entry->node, ez_entry_due(entry));
        }
    }
    ez_scheduler_change_locked(self, EZ_CHANGE_PUT, entry);
    return EXECZ_OK;
}

execz_status
execz_scheduler_add_task(execz_scheduler *self, const execz_task_spec *spec, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    g_autoptr(ez_task) task = ez_task_new(spec, &self->defaults, &reason);
    ez_entry *entry;
    execz_status status;

    if (task == NULL) {
        return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
    }
    entry = ez_entry_new(task);
    pthread_mutex_lock(&self->lock);
    status = insert_entry_locked(self, entry, err);
    if (status != EXECZ_OK) {
        ez_entry_unref_locked(entry);
    }
    pthread_mutex_unlock(&self->lock);
    if (status == EXECZ_OK) {
        ez_tell_task(self, EXECZ_EVENT_TASK_ADDED, task, NULL);
        ez_mailbox_ring(&self->mailbox);
    }
    return status;
}

static ez_entry *
find_entry_locked(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry = g_hash_table_lookup(self->tasks, id);

    if (entry == NULL) {
        ez_fail(err, EXECZ_E_NOT_FOUND, "there is no task '%s'", id);
    }
    return entry;
}

execz_status
execz_scheduler_remove_task(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = find_entry_locked(self, id, err);
    if (entry != NULL) {
        g_queue_push_tail(&self->removed, ez_entry_ref_locked(entry));
        ez_scheduler_drop_locked(self, entry);
    }
    pthread_mutex_unlock(&self->lock);
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
execz_scheduler_run_task(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry = NULL;
    bool running;

    pthread_mutex_lock(&self->lock);
    running = self->state == EXECZ_STATE_RUNNING || self->state == EXECZ_STATE_PAUSED;
    if (running) {
        entry = find_entry_locked(self, id, err);
    }
    if (entry != NULL) {
        ez_manual *manual = g_new0(ez_manual, 1);

        manual->entry = ez_entry_ref_locked(entry);
        manual->time = ez_clock_now(self->clock);
        g_queue_push_tail(&self->manual, manual);
    }
    pthread_mutex_unlock(&self->lock);
    if (!running) {
        return ez_fail(err, EXECZ_E_STATE, "the scheduler does not run");
    }
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

/* ---- listeners and figures ------------------------------------------------------------------- */

uint64_t
execz_scheduler_add_listener(execz_scheduler *self, uint64_t mask, execz_listener listener,
                             void *user)
{
    return ez_bus_add(self->bus, mask, listener, user);
}

execz_status
execz_scheduler_remove_listener(execz_scheduler *self, uint64_t id, execz_error *err)
{
    if (!ez_bus_remove(self->bus, id)) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "there is no listener %" G_GUINT64_FORMAT, id);
    }
    return EXECZ_OK;
}

void
execz_scheduler_get_info(execz_scheduler *self, execz_scheduler_info *info_out)
{
    execz_scheduler_info info = {.next_run = EXECZ_TIME_NEVER};

    pthread_mutex_lock(&self->lock);
    info.size = MIN(info_out->size, (uint32_t)sizeof info);
    info.state = self->state;
    info.tasks = g_hash_table_size(self->tasks);
    info.scheduled = self->due.length;
    info.blocked = self->n_blocked;
    info.unfinished = ez_runs_count(self->runs) + self->n_held + self->manual.length;
    (void)ez_heap_first(&self->due, &info.next_run);
    pthread_mutex_unlock(&self->lock);
    memcpy(info_out, &info, info.size);
}
