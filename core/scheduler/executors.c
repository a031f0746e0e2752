/* SPDX-License-Identifier: MIT */
/* Executors come and go. */
#include "scheduler/executors.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "scheduler/tell.h"

#include <string.h>

const ez_plugin_part *
ez_choose_part(const ez_plugin_file *file, const char *type, const char *kind)
{
    for (uint32_t i = 0; i < file->n_parts; i++) {
        const ez_plugin_part *part = &file->parts[i];

        if (g_strcmp0(part->kind, kind) == 0 &&
            (type[0] == '/' || g_strv_contains((const char *const *)part->aliases, type))) {
            return part;
        }
    }
    return NULL;
}

const ez_plugin_file *
ez_find_plugin(execz_scheduler *self, const char *type, execz_error *err)
{
    return type[0] == '/' ? ez_catalog_find_file(self->catalog, type, err)
                          : ez_catalog_find(self->catalog, type, err);
}

ez_executor *
ez_make_executor(execz_scheduler *self, const char *alias, const char *type,
                 const ez_options_source *options, ez_report *report, execz_error *err)
{
    const ez_plugin_file *file = ez_find_plugin(self, type, err);
    const ez_plugin_part *part =
        file == NULL ? NULL : ez_choose_part(file, type, EXECZ_KIND_EXECUTOR);

    if (part != NULL) {
        return ez_executor_new(&self->services, alias, file, part, options, report);
    }
    if (file != NULL) {
        ez_plugin_fail(err, EZ_P_NO_EXECUTOR, "%s has no executor '%s'", file->path, type);
    }
    return err->status == EXECZ_E_PLUGIN ? ez_executor_new_unavailable(&self->services, alias, err)
                                         : NULL;
}

ez_executor_place *
ez_place_new(ez_executor *executor, ez_wish *wish)
{
    ez_executor_place *place = g_new0(ez_executor_place, 1);

    place->executor = executor;
    place->wish = wish;
    place->retry_at = EXECZ_TIME_NEVER;
    place->retry_delay = EZ_FIRST_RETRY;
    ez_line_init(&place->held);
    place->turn = EXECZ_TIME_NEVER;
    return place;
}

/* Takes the place. */
static execz_status
insert_place(execz_scheduler *self, ez_executor_place *place, execz_error *err)
{
    const char *alias = ez_executor_alias(place->executor);
    bool taken;

    pthread_mutex_lock(&self->lock);
    taken = g_hash_table_contains(self->places, alias);
    if (!taken) {
        g_hash_table_insert(self->places, (void *)alias, place);
        g_queue_push_tail(&self->new_executors, place);
    }
    pthread_mutex_unlock(&self->lock);
    if (taken) {
        ez_fail(err, EXECZ_E_EXISTS, "there is an executor '%s' already", alias);
        ez_scheduler_free_place(place);
        return EXECZ_E_EXISTS;
    }
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
    if (type == NULL || type[0] == '\0') {
        return ez_fail(err, EXECZ_E_INVAL, "executor '%s' has no type, the alias of a plugin",
                       alias);
    }
    pthread_mutex_lock(&self->catalog_lock);
    executor = ez_make_executor(self, alias, type, options, report, &reason);
    pthread_mutex_unlock(&self->catalog_lock);
    if (executor != NULL) {
        execz_status status =
            insert_place(self, ez_place_new(executor, ez_wish_new(type, options)), err);

        if (status == EXECZ_OK) {
            ez_tell(self, EXECZ_EVENT_EXECUTOR_ADDED, alias, NULL);
            ez_mailbox_ring(&self->mailbox);
        }
        return status;
    }
    if (reason.status != EXECZ_OK) {
        return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
    }
    return ez_fail(err, EXECZ_E_CONFIG, "the options of executor '%s' are wrong", alias);
}

/* What a program gives, as a source; its members are the caller's. */
typedef struct given {
    ez_options_source source;
    ez_setting *settings;
    char *owner, *base;
} given;

static void
given_init(given *self, const char *alias, const execz_pair *options, size_t n_options)
{
    self->settings = g_new0(ez_setting, n_options + 1);
    self->owner = g_strdup_printf("executor '%s'", alias == NULL ? "" : alias);
    self->base = g_get_current_dir();
    for (size_t i = 0; i < n_options; i++) {
        self->settings[i].key = options[i].key;
        self->settings[i].value = options[i].value;
    }
    self->source = (ez_options_source){.owner = self->owner,
                                       .base_dir = self->base,
                                       .settings = self->settings,
                                       .n_settings = n_options};
}

static void
given_deinit(given *self)
{
    g_free(self->settings);
    g_free(self->owner);
    g_free(self->base);
}

execz_status
execz_scheduler_add_executor(execz_scheduler *self, const char *alias, const char *type,
                             const execz_pair *options, size_t n_options, execz_error *err)
{
    g_autoptr(ez_report) report = ez_report_new();
    execz_status status;
    given it;

    given_init(&it, alias, options, n_options);
    status = ez_scheduler_add_executor(self, alias, type, &it.source, report, err);
    given_deinit(&it);
    if (status == EXECZ_E_CONFIG && ez_report_count(report) > 0) {
        const ez_problem *first = ez_report_get(report, 0);

        return ez_fail_code(err, status, first->code, "%s", first->message);
    }
    return status;
}

void
ez_scheduler_await_executor(execz_scheduler *self, const char *alias, const char *type,
                            const execz_pair *options, size_t n_options, const execz_error *why)
{
    execz_error err = EXECZ_ERROR_INIT;
    given it;

    given_init(&it, alias, options, n_options);
    (void)insert_place(self,
                       ez_place_new(ez_executor_new_unavailable(&self->services, alias, why),
                                    ez_wish_new(type, &it.source)),
                       &err);
    given_deinit(&it);
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
        const ez_executor_place *place = places->pdata[i];
        ez_executor *one = place->executor;
        execz_error why = EXECZ_ERROR_INIT;
        execz_executor_info info = {
            .size = sizeof info,
            .unfinished = *ez_executor_unfinished(one),
            .alias = ez_executor_alias(one),
            .type = ez_executor_type(one),
            .path = ez_executor_path(one),
        };

        if (place->leaving) {
            continue;
        }
        info.health = ez_executor_examine(one, &info.stats, &why);
        info.health_why = info.health != EXECZ_HEALTH_OK ? why.message : NULL;
        if (ez_executor_is_available(one, &info.unavailable)) {
            info.unavailable = NULL;
        }
        executor(user, &info);
    }
}
