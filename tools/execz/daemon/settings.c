/* SPDX-License-Identifier: MIT */
#include "daemon/settings.h"

#include <stdbool.h>
#include <string.h>

typedef struct setting {
    char *section; /* owned, as the next three */
    char *key;
    char *value;
    /* The same whether the plugin is there, which knows what is a path, or not; NULL: left to it */
    char *written;
    bool reloadable;
} setting;

struct ez_setting_changes {
    GHashTable *before;
    GHashTable *after;
    GHashTable *executors; /* aliases that come, change or go; owned, as the next */
    GHashTable *stays;     /* sections of executors that stay as they are until the next start */
    GPtrArray *later;      /* of char *, owned: "[SECTION] KEY" */
};

#define EXECUTOR "executor:"

/* ---- reading -------------------------------------------------------------------------------- */

static void
free_setting(void *data)
{
    setting *self = data;

    g_free(self->section);
    g_free(self->key);
    g_free(self->value);
    g_free(self->written);
    g_free(self);
}

static void
put(GHashTable *into, const setting *given)
{
    setting *one = g_new0(setting, 1);

    *one = (setting){g_strdup(given->section), g_strdup(given->key), g_strdup(given->value),
                     g_strdup(given->written), given->reloadable};
    g_hash_table_replace(into, g_strdup_printf("[%s] %s", one->section, one->key), one);
}

static void
note(void *user, const execz_setting_info *info)
{
    put(user, &(setting){(char *)info->section, (char *)info->key, (char *)info->value,
                         (char *)info->written, info->reloadable != 0});
}

static GHashTable *
new_table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_setting);
}

GHashTable *
ez_settings_read(const char *config)
{
    GHashTable *settings = new_table();

    if (config != NULL) {
        (void)execz_config_list_settings(config, note, settings, NULL);
    }
    return settings;
}

/* ---- comparing ------------------------------------------------------------------------------ */

static bool
is_executor(const setting *one)
{
    return g_str_has_prefix(one->section, EXECUTOR);
}

static bool
exists(GHashTable *settings, const char *section)
{
    g_autofree char *type = g_strdup_printf("[%s] type", section);

    return g_hash_table_contains(settings, type);
}

/* One that came or went as a whole changes nothing for anybody else. */
static bool
stays(const ez_setting_changes *self, const setting *one)
{
    return !one->reloadable && exists(self->before, one->section) &&
           exists(self->after, one->section);
}

static void
note_change(ez_setting_changes *self, const setting *one)
{
    if (is_executor(one)) {
        g_hash_table_add(self->executors, g_strdup(one->section + strlen(EXECUTOR)));
        if (stays(self, one)) {
            g_hash_table_add(self->stays, g_strdup(one->section));
        }
    }
}

/* NULL: it is not set, or not known. */
static const char *
written(GHashTable *settings, const char *name)
{
    const setting *one = g_hash_table_lookup(settings, name);

    return one == NULL ? NULL : one->written;
}

/* Calls visit for all that is in one table and is not, or is set otherwise, in the other. */
static void
compare(ez_setting_changes *self, GHashTable *table, GHashTable *other, bool both,
        void (*visit)(ez_setting_changes *self, const setting *one))
{
    g_autoptr(GList) names =
        g_list_sort(g_hash_table_get_keys(table), (GCompareFunc)(void (*)(void))strcmp);

    for (GList *at = names; at != NULL; at = at->next) {
        const setting *one = g_hash_table_lookup(table, at->data);
        bool is_new = !g_hash_table_contains(other, at->data);

        if ((both || is_new) && g_strcmp0(one->written, written(other, at->data)) != 0) {
            visit(self, one);
        }
    }
}

static void
note_later(ez_setting_changes *self, const setting *one)
{
    if (!is_executor(one) || g_hash_table_contains(self->stays, one->section)) {
        g_ptr_array_add(self->later, g_strdup_printf("[%s] %s", one->section, one->key));
    }
}

ez_setting_changes *
ez_settings_compare(GHashTable *before, GHashTable *after)
{
    ez_setting_changes *self = g_new0(ez_setting_changes, 1);
    GHashTableIter at;
    void *section;

    self->before = before;
    self->after = after;
    self->executors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->stays = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->later = g_ptr_array_new_with_free_func(g_free);
    compare(self, after, before, true, note_change);
    compare(self, before, after, false, note_change);
    compare(self, after, before, true, note_later);
    compare(self, before, after, false, note_later);
    g_hash_table_iter_init(&at, self->stays);
    while (g_hash_table_iter_next(&at, &section, NULL)) {
        g_hash_table_remove(self->executors, (const char *)section + strlen(EXECUTOR));
    }
    return self;
}

void
ez_setting_changes_free(ez_setting_changes *self)
{
    g_hash_table_unref(self->executors);
    g_hash_table_unref(self->stays);
    g_ptr_array_unref(self->later);
    g_free(self);
}

void
ez_setting_changes_tell(const ez_setting_changes *self, json_t *result)
{
    json_t *executors = json_object_get(result, "executors");
    json_t *later = json_object_get(result, "needs_restart");
    g_autoptr(GList) aliases =
        g_list_sort(g_hash_table_get_keys(self->executors), (GCompareFunc)(void (*)(void))strcmp);

    for (GList *at = aliases; at != NULL; at = at->next) {
        json_array_append_new(executors, json_string(at->data));
    }
    for (guint i = 0; i < self->later->len; i++) {
        json_array_append_new(later, json_string(self->later->pdata[i]));
    }
}

/* ---- applying ------------------------------------------------------------------------------- */

static execz_status
add_executor(const ez_setting_changes *self, execz_scheduler *scheduler, const char *alias,
             const char *section, execz_error *err)
{
    g_autoptr(GArray) options = g_array_new(FALSE, FALSE, sizeof(execz_pair));
    const char *type = NULL;
    GHashTableIter at;
    void *value;

    g_hash_table_iter_init(&at, self->after);
    while (g_hash_table_iter_next(&at, NULL, &value)) {
        const setting *one = value;
        execz_pair option = {one->key, one->value};

        if (one->written == NULL || strcmp(one->section, section) != 0) {
            continue;
        }
        if (strcmp(one->key, "type") == 0) {
            type = one->value;
        } else {
            g_array_append_val(options, option);
        }
    }
    return execz_scheduler_add_executor(scheduler, alias, type, (execz_pair *)(void *)options->data,
                                        options->len, err);
}

execz_status
ez_setting_changes_put(const ez_setting_changes *self, execz_scheduler *scheduler, execz_error *err)
{
    execz_status status = EXECZ_OK;
    GHashTableIter at;
    void *alias;

    g_hash_table_iter_init(&at, self->executors);
    while (status == EXECZ_OK && g_hash_table_iter_next(&at, &alias, NULL)) {
        g_autofree char *section = g_strconcat(EXECUTOR, alias, NULL);

        if (exists(self->after, section)) {
            (void)execz_scheduler_remove_executor(scheduler, alias, 0, NULL); /* if there is one */
            status = add_executor(self, scheduler, alias, section, err);
        }
    }
    return status;
}

void
ez_setting_changes_remove(const ez_setting_changes *self, execz_scheduler *scheduler)
{
    GHashTableIter at;
    void *alias;

    g_hash_table_iter_init(&at, self->executors);
    while (g_hash_table_iter_next(&at, &alias, NULL)) {
        g_autofree char *section = g_strconcat(EXECUTOR, alias, NULL);

        if (!exists(self->after, section)) {
            (void)execz_scheduler_remove_executor(scheduler, alias, 0,
                                                  NULL); /* gone already: fine */
        }
    }
}

/* Is it used as the file says now? */
static bool
is_applied(const ez_setting_changes *self, const setting *one)
{
    return is_executor(one) && !g_hash_table_contains(self->stays, one->section);
}

GHashTable *
ez_setting_changes_used(const ez_setting_changes *self)
{
    GHashTable *used = new_table();
    GHashTable *const tables[] = {self->before, self->after};

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        GHashTableIter at;
        void *value;

        g_hash_table_iter_init(&at, tables[i]);
        while (g_hash_table_iter_next(&at, NULL, &value)) {
            const setting *one = value;

            if (is_applied(self, one) == (tables[i] == self->after)) {
                put(used, one);
            }
        }
    }
    return used;
}
