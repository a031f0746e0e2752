/* SPDX-License-Identifier: MIT */
#include "daemon/reload.h"

#include "control/fault.h"
#include "daemon/fingerprint.h"
#include "daemon/settings.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct ez_reloader {
    execz_scheduler *scheduler;
    char *config;         /* owned; NULL: there is no file */
    pthread_mutex_t lock; /* one at a time; guards said and settings */
    GHashTable *said;     /* id -> the task's fingerprint, as the file said it last; both owned */
    GHashTable *settings; /* what is in use of the rest; see daemon/settings.h */
};

/* ---- what a scheduler that nobody has started says ------------------------------------------ */

static void
note_spec(void *user, const execz_task_spec *spec)
{
    g_hash_table_insert(user, g_strdup(spec->id), ez_fingerprint_of(spec));
}

typedef struct noting {
    execz_scheduler *scheduler;
    GHashTable *said;
} noting;

static void
note_task(void *user, const execz_task_info *info)
{
    noting *self = user;

    (void)execz_scheduler_get_task_spec(self->scheduler, info->id, note_spec, self->said, NULL);
}

static GHashTable *
tasks_of(execz_scheduler *scheduler)
{
    GHashTable *said =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);

    (void)execz_scheduler_list_tasks(scheduler, NULL, EXECZ_SORT_ID, note_task,
                                     &(noting){scheduler, said}, NULL);
    return said;
}

ez_reloader *
ez_reloader_new(execz_scheduler *scheduler, const char *config)
{
    ez_reloader *self = g_new0(ez_reloader, 1);

    self->scheduler = scheduler;
    self->config = config == NULL ? NULL : g_canonicalize_filename(config, NULL);
    pthread_mutex_init(&self->lock, NULL);
    self->said = tasks_of(scheduler);
    self->settings = ez_settings_read(self->config);
    return self;
}

void
ez_reloader_free(ez_reloader *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->settings);
        g_hash_table_unref(self->said);
        pthread_mutex_destroy(&self->lock);
        g_free(self->config);
        g_free(self);
    }
}

/* ---- reading -------------------------------------------------------------------------------- */

static void
collect_problem(void *user, const execz_problem *problem)
{
    GString *text = user;

    g_string_append_printf(text, "\n%s", problem->file == NULL ? "configuration" : problem->file);
    if (problem->line > 0) {
        g_string_append_printf(text, ":%u:%u", problem->line, problem->column);
    }
    g_string_append_printf(text, ": %s", problem->message);
}

static void
be_silent(void *user, uint32_t level, const char *message)
{
    (void)user;
    (void)level;
    (void)message;
}

/* The scheduler that the file describes now, which is never started. */
static execz_scheduler *
read_file(const ez_reloader *self, execz_error *err)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    g_autoptr(GString) problems = g_string_new(NULL);
    execz_error why = EXECZ_ERROR_INIT;
    execz_scheduler *next;

    if (self->config == NULL) {
        ez_fault_set(err, EXECZ_E_STATE,
                     "the scheduler was started without a configuration; there is none to reload");
        return NULL;
    }
    options.log = be_silent;
    next = execz_scheduler_new_from_file(self->config, &options, collect_problem, problems, &why);
    if (next == NULL) {
        ez_fault_set(err, EXECZ_E_CONFIG,
                     "nothing was changed, for the configuration is wrong:%s%s",
                     problems->len == 0 ? " " : "",
                     problems->len == 0 ? why.message : problems->str);
    }
    return next;
}

/* ---- applying ------------------------------------------------------------------------------- */

typedef struct putting {
    execz_scheduler *scheduler;
    execz_error *err;
    execz_status status;
} putting;

static void
put_spec(void *user, const execz_task_spec *spec)
{
    putting *self = user;

    self->status = execz_scheduler_put_task(self->scheduler, spec, self->err);
}

static execz_status
put(const ez_reloader *self, execz_scheduler *next, const char *id, execz_error *err)
{
    putting to = {self->scheduler, err, EXECZ_OK};

    (void)execz_scheduler_get_task_spec(next, id, put_spec, &to, NULL);
    return to.status;
}

/* Notes id in what it is, and applies it unless it is only looked. */
static execz_status
apply_task(const ez_reloader *self, execz_scheduler *next, json_t *result, const char *id,
           GBytes *now, execz_error *err)
{
    GBytes *before = g_hash_table_lookup(self->said, id);
    json_int_t unchanged = json_integer_value(json_object_get(result, "unchanged"));

    if (before != NULL && g_bytes_equal(before, now)) {
        json_object_set_new(result, "unchanged", json_integer(unchanged + 1));
        return EXECZ_OK;
    }
    json_array_append_new(json_object_get(result, before == NULL ? "added" : "changed"),
                          json_string(id));
    return json_is_true(json_object_get(result, "dry_run")) ? EXECZ_OK : put(self, next, id, err);
}

static void
remove_tasks(const ez_reloader *self, GHashTable *says, json_t *result)
{
    GHashTableIter at;
    void *id;

    g_hash_table_iter_init(&at, self->said);
    while (g_hash_table_iter_next(&at, &id, NULL)) {
        if (g_hash_table_contains(says, id)) {
            continue;
        }
        json_array_append_new(json_object_get(result, "removed"), json_string(id));
        if (!json_is_true(json_object_get(result, "dry_run"))) {
            (void)execz_scheduler_remove_task(self->scheduler, id, NULL); /* gone already: fine */
        }
    }
}

static execz_status
apply_tasks(ez_reloader *self, execz_scheduler *next, json_t *result, execz_error *err)
{
    g_autoptr(GHashTable) says = tasks_of(next);
    execz_status status = EXECZ_OK;
    GHashTableIter at;
    void *id, *now;

    g_hash_table_iter_init(&at, says);
    while (status == EXECZ_OK && g_hash_table_iter_next(&at, &id, &now)) {
        status = apply_task(self, next, result, id, now, err);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    remove_tasks(self, says, result);
    if (!json_is_true(json_object_get(result, "dry_run"))) {
        g_hash_table_unref(self->said);
        self->said = g_steal_pointer(&says);
    }
    return EXECZ_OK;
}

/* Executors that are new come before the tasks that use them, and those that are gone go after. */
static execz_status
apply(ez_reloader *self, execz_scheduler *next, json_t *result, execz_error *err)
{
    bool dry_run = json_is_true(json_object_get(result, "dry_run"));
    g_autoptr(GHashTable) settings = ez_settings_read(self->config);
    g_autoptr(ez_setting_changes) changes = ez_settings_compare(self->settings, settings);
    execz_status status;

    ez_setting_changes_tell(changes, result);
    status = dry_run ? EXECZ_OK : ez_setting_changes_put(changes, self->scheduler, err);
    if (status == EXECZ_OK) {
        status = apply_tasks(self, next, result, err);
    }
    if (status == EXECZ_OK && !dry_run) {
        GHashTable *used = ez_setting_changes_used(changes);

        ez_setting_changes_remove(changes, self->scheduler);
        g_hash_table_unref(self->settings);
        self->settings = used;
    }
    return status;
}

json_t *
ez_reloader_apply(ez_reloader *self, bool dry_run, execz_error *err)
{
    execz_scheduler *next = read_file(self, err);
    json_t *result;

    if (next == NULL) {
        return NULL;
    }
    result = json_pack("{s:b, s:[], s:[], s:[], s:i, s:[], s:[]}", "dry_run", dry_run, "added",
                       "changed", "removed", "unchanged", 0, "executors", "needs_restart");
    pthread_mutex_lock(&self->lock);
    if (apply(self, next, result, err) != EXECZ_OK) {
        json_decref(result);
        result = NULL;
    }
    pthread_mutex_unlock(&self->lock);
    execz_scheduler_free(next);
    return result;
}

static size_t
length_of(const json_t *result, const char *key)
{
    return json_array_size(json_object_get(result, key));
}

static void
append_names(GString *text, const json_t *result, const char *key, const char *before)
{
    const json_t *list = json_object_get(result, key);

    for (size_t i = 0; i < json_array_size(list); i++) {
        g_string_append_printf(text, "%s%s", i == 0 ? before : ", ",
                               json_string_value(json_array_get(list, i)));
    }
}

char *
ez_reload_text(const json_t *result)
{
    GString *text = g_string_new(NULL);

    g_string_printf(
        text, "tasks: %zu added, %zu changed, %zu removed, %" JSON_INTEGER_FORMAT " as before",
        length_of(result, "added"), length_of(result, "changed"), length_of(result, "removed"),
        json_integer_value(json_object_get(result, "unchanged")));
    append_names(text, result, "executors", "; executors: ");
    append_names(text, result, "needs_restart", "; takes effect at the next start: ");
    return g_string_free(text, FALSE);
}
