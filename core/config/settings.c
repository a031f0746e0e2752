/* SPDX-License-Identifier: MIT */
/* What a configuration says beside tasks, key by key, for who compares it with what it said before. */
#include "config/config.h"

#include <execz/config.h>

#include <string.h>

/* Who hears of settings. */
typedef struct hearer {
    execz_setting_function setting;
    void *user;
} hearer;

static void
tell(const hearer *to, execz_setting_info info)
{
    info.size = sizeof info;
    info.value = info.value == NULL ? info.written : info.value;
    to->setting(to->user, &info);
}

/* As it was written. */
static void
tell_section(const hearer *to, const ez_section *section)
{
    g_autofree char *title = section->name == NULL
                                 ? g_strdup(section->kind)
                                 : g_strdup_printf("%s:%s", section->kind, section->name);

    for (guint i = 0; i < section->entries->len; i++) {
        const ez_ini_entry *entry = section->entries->pdata[i];

        tell(to, (execz_setting_info){
                     .section = title, .key = entry->setting.key, .written = entry->setting.value});
    }
}

static bool
is_written(const ez_config_executor *executor, const char *name)
{
    for (guint i = 0; i < executor->options->len; i++) {
        if (strcmp(g_array_index(executor->options, ez_setting, i).key, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The host's own options, as isolate, are not in the plugin's table. */
static bool
is_reloadable(const ez_plugin_part *part, const char *name)
{
    for (uint32_t i = 0; part != NULL && i < part->options.n; i++) {
        if (strcmp(part->options.option[i].name, name) == 0) {
            return (part->options.option[i].flags & EXECZ_OPTION_RELOADABLE) != 0;
        }
    }
    return true;
}

/* Of what is left to its default it is told as well whether it could be changed: it may have been set before. */
static void
tell_defaults(const hearer *to, const ez_config_executor *executor, const char *title)
{
    uint32_t n = executor->checked == NULL ? 0 : executor->part->options.n;

    for (uint32_t i = 0; i < n; i++) {
        const char *name = executor->part->options.option[i].name;

        if (!is_written(executor, name)) {
            tell(to, (execz_setting_info){.section = title,
                                          .key = name,
                                          .value = ez_options_get(executor->checked, name),
                                          .reloadable = is_reloadable(executor->part, name)});
        }
    }
}

static void
tell_executor(const hearer *to, const ez_config_executor *executor)
{
    const ez_executor_settings *settings = &executor->settings;
    g_autofree char *title = g_strdup_printf("executor:%s", executor->alias);

    tell(to,
         (execz_setting_info){.section = title,
                              .key = "type",
                              .written = settings->type != NULL ? settings->type : settings->plugin,
                              .reloadable = true});
    for (guint i = 0; i < executor->options->len; i++) {
        const ez_setting *option = &g_array_index(executor->options, ez_setting, i);

        tell(to, (execz_setting_info){.section = title,
                                      .key = option->key,
                                      .value = executor->checked == NULL
                                                   ? NULL
                                                   : ez_options_get(executor->checked, option->key),
                                      .written = option->value,
                                      .reloadable = is_reloadable(executor->part, option->key)});
    }
    tell_defaults(to, executor, title);
}

execz_status
execz_config_list_settings(const char *path, execz_setting_function setting, void *user,
                           execz_error *err)
{
    g_autoptr(ez_config) config = ez_config_load_head(path, err);
    ez_catalog_settings where = ez_catalog_settings_of_process();
    g_autoptr(ez_catalog) catalog = NULL;
    hearer to = {setting, user};

    if (config == NULL) {
        return EXECZ_E_IO;
    }
    where.plugin_path = config->scheduler.plugin_path;
    catalog = ez_catalog_new(&where);
    ez_config_check(config, catalog);
    for (guint i = 0; i < config->document->sections->len; i++) {
        const ez_section *section = config->document->sections->pdata[i];

        if (strcmp(section->kind, "executor") != 0 && strcmp(section->kind, "task") != 0) {
            tell_section(&to, section);
        }
    }
    for (guint i = 0; i < config->executors->len; i++) {
        tell_executor(&to, config->executors->pdata[i]);
    }
    ez_config_forget_plugins(config);
    return EXECZ_OK;
}
