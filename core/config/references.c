/* SPDX-License-Identifier: MIT */
/* What one part of a configuration expects of another, or of a plugin. */
#include "config/config.h"

#include "base/parse.h"
#include "executor/isolation.h"
#include "plugin/codes.h"
#include "task/plan.h"

#include <execz/store.h>

#include <string.h>

/* ---- executors ------------------------------------------------------------------------------ */

static void
report_no_plugin(ez_config *self, const ez_section *section, const ez_catalog *catalog)
{
    const ez_ini_entry *type = ez_section_find(section, "type");
    g_autofree char *trace = ez_catalog_trace(catalog, type->setting.value);

    ez_report_add(self->found, type->setting.value_place, ez_plugin_code_text(EZ_P_UNKNOWN_ALIAS),
                  "no plugin has the alias '%s'\n%s", type->setting.value, trace);
}

/* The file of the executor's plugin; NULL if there is none, or if it is no usable one.  The first
 * is a problem of the configuration, unless that says that it may come later; the second is left to
 * the running scheduler, which blocks the tasks and says why: a plugin may be mended meanwhile. */
static const ez_plugin_file *
find_plugin(ez_config *self, const ez_config_executor *executor, ez_catalog *catalog)
{
    const char *type = executor->settings.type;
    execz_error err = EXECZ_ERROR_INIT;
    const ez_plugin_file *file =
        type != NULL ? ez_catalog_find(catalog, type, &err)
                     : ez_catalog_find_file(catalog, executor->settings.plugin, &err);

    if (file != NULL || err.status == EXECZ_E_PLUGIN ||
        (err.status == EXECZ_E_NOT_FOUND && executor->settings.wait_for_plugin == 1)) {
        return file;
    }
    if (type != NULL && err.status == EXECZ_E_NOT_FOUND) {
        report_no_plugin(self, executor->section, catalog);
    } else {
        const ez_ini_entry *entry =
            ez_section_find(executor->section, type != NULL ? "type" : "plugin");

        ez_report_add_error(self->found, entry->setting.value_place, &err);
    }
    return NULL;
}

static const ez_plugin_part *
find_part(const ez_config_executor *executor, const ez_plugin_file *file)
{
    if (executor->settings.type != NULL) {
        return ez_plugin_file_part(file, executor->settings.type);
    }
    for (uint32_t i = 0; i < file->n_parts; i++) {
        if (strcmp(file->parts[i].kind, EXECZ_KIND_EXECUTOR) == 0) {
            return &file->parts[i];
        }
    }
    return NULL;
}

static ez_options_source
source_of(const ez_config *self, const char *owner, const ez_section *section,
          const GArray *options)
{
    return (ez_options_source){.owner = owner,
                               .place = section->place,
                               .base_dir = self->base_dir,
                               .settings = (const ez_setting *)options->data,
                               .n_settings = options->len};
}

static void
check_executor(ez_config *self, ez_config_executor *executor, ez_catalog *catalog)
{
    g_autofree char *owner = g_strdup_printf("executor '%s'", executor->alias);
    ez_options_source source = source_of(self, owner, executor->section, executor->options);
    const ez_plugin_file *file;

    if ((executor->settings.type == NULL) == (executor->settings.plugin == NULL) ||
        (executor->settings.type != NULL && strchr(executor->settings.type, '/') != NULL)) {
        return; /* reported when it was read */
    }
    file = find_plugin(self, executor, catalog);
    executor->part = file == NULL ? NULL : find_part(executor, file);
    if (executor->part != NULL) {
        executor->checked = ez_isolation_check(&executor->part->options, &source, self->found);
    }
}

/* ---- the store ------------------------------------------------------------------------------ */

static void
check_store(ez_config *self, ez_catalog *catalog)
{
    static const ez_option_table none = {0};
    ez_config_store *store = &self->store;
    const char *type = store->settings.type;
    bool memory = type != NULL && strcmp(type, "memory") == 0;
    execz_error err = EXECZ_ERROR_INIT;
    const ez_plugin_file *file;
    const ez_plugin_part *part = NULL;

    if (type == NULL) {
        return; /* there is none, or it was reported */
    }
    file = memory ? NULL : ez_catalog_find(catalog, type, &err);
    if (file != NULL) {
        part = ez_plugin_file_part(file, type);
    }
    if (part != NULL && strcmp(part->kind, EXECZ_KIND_STORE) != 0) {
        ez_plugin_fail(&err, EZ_P_UNKNOWN_KIND, "'%s' is of kind %s, not a store", type,
                       part->kind);
    }
    if (err.status == EXECZ_E_NOT_FOUND) {
        report_no_plugin(self, store->section, catalog);
    } else if (err.status != EXECZ_OK) {
        ez_report_add_error(self->found,
                            ez_section_find(store->section, "type")->setting.value_place, &err);
    } else if (memory || part != NULL) {
        const ez_option_table *table = part == NULL ? &none : &part->options;
        ez_options_source source = source_of(self, "the store", store->section, store->options);

        store->checked = ez_options_check(table->option, table->n, &source, self->found);
    }
}

/* ---- tasks ---------------------------------------------------------------------------------- */

static const char *
nearest_executor(const ez_config *self, const char *alias)
{
    g_autofree const char **aliases = g_new0(const char *, self->executors->len + 1);

    for (guint i = 0; i < self->executors->len; i++) {
        aliases[i] = ((const ez_config_executor *)self->executors->pdata[i])->alias;
    }
    return ez_nearest(alias, aliases, self->executors->len);
}

/* Where a task, or else [defaults], names an executor. */
static const ez_ini_entry *
executor_entry(const ez_config *self, const ez_config_task *task)
{
    const ez_ini_entry *own = ez_section_find(task->section, "executor");
    const ez_section *defaults = ez_document_find(self->document, "defaults", NULL);

    return own != NULL || defaults == NULL ? own : ez_section_find(defaults, "executor");
}

static void
report_unknown_executor(ez_config *self, const ez_ini_entry *entry)
{
    const char *alias = entry->setting.value;
    const char *near = nearest_executor(self, alias);

    ez_config_problem(self->found, entry->setting.value_place, EZ_C_UNKNOWN_EXECUTOR,
                      "no executor is called '%s'%s%s%s; add a section [executor:%s]", alias,
                      near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                      near == NULL ? "" : "\"?", alias);
}

/* Once for all tasks that name no executor. */
static void
report_no_default(ez_config *self, const ez_config_task *task, unsigned n)
{
    g_autofree char *more = n == 1 ? g_strdup("") : g_strdup_printf(" (and %u more)", n - 1);

    ez_config_problem(self->found, task->section->place, EZ_C_NO_DEFAULT_EXECUTOR,
                      "task '%s'%s names no executor, and there is no [executor:default]; add one, "
                      "e.g. executors.default.type = threadpool, or write executor = ALIAS",
                      task->spec.id, more);
}

/* Checks the names of the executors of all tasks; a name in [defaults] is told once, too. */
static void
check_executor_names(ez_config *self)
{
    g_autoptr(GHashTable) told = g_hash_table_new(NULL, NULL);
    const ez_config_task *first = NULL;
    unsigned n = 0;

    if (self->document->damaged) {
        return; /* the section may be there, and could only not be read */
    }
    if (self->defaults.executor != NULL &&
        !g_hash_table_contains(self->executor_map, self->defaults.executor)) {
        const ez_section *defaults = ez_document_find(self->document, "defaults", NULL);
        const ez_ini_entry *entry = ez_section_find(defaults, "executor");

        g_hash_table_add(told, (void *)entry);
        report_unknown_executor(self, entry);
    }
    for (guint i = 0; i < self->tasks->len; i++) {
        const ez_config_task *task = self->tasks->pdata[i];
        const char *alias = task->spec.executor == NULL ? EZ_DEFAULT_EXECUTOR : task->spec.executor;
        const ez_ini_entry *entry = executor_entry(self, task);

        if (g_hash_table_contains(self->executor_map, alias) ||
            (task->section->damaged && entry == NULL)) {
            continue;
        }
        if (task->spec.executor == NULL && entry == NULL) {
            first = first == NULL ? task : first;
            n++;
        } else if (task->spec.executor != NULL && g_hash_table_add(told, (void *)entry)) {
            report_unknown_executor(self, entry);
        }
    }
    if (n > 0 && self->executors->len > 0) { /* if none is written, the scheduler adds that one */
        report_no_default(self, first, n);
    }
}

static bool
takes(const ez_plugin_part *part, const ez_config_task *task)
{
    uint32_t wanted =
        task->spec.function != NULL ? EXECZ_CAP_FUNCTION | EXECZ_CAP_COROUTINE : EXECZ_CAP_COMMAND;

    return (part->caps & wanted) != 0;
}

static bool
has_body(const ez_config_task *task)
{
    return task->spec.function != NULL || task->spec.argv != NULL || task->spec.shell != NULL;
}

static void
check_task(ez_config *self, ez_config_task *task)
{
    const char *alias = task->spec.executor == NULL ? EZ_DEFAULT_EXECUTOR : task->spec.executor;
    const ez_config_executor *executor = g_hash_table_lookup(self->executor_map, alias);
    const ez_ini_entry *entry = executor_entry(self, task);
    g_autofree char *owner = g_strdup_printf("task '%s'", task->spec.id);
    ez_options_source source;

    if (executor == NULL || executor->part == NULL) {
        return;
    }
    if (has_body(task) && !takes(executor->part, task)) {
        bool own = entry != NULL && ez_section_find(task->section, "executor") == entry;

        ez_config_problem(self->found, own ? entry->setting.value_place : task->section->place,
                          EZ_C_WRONG_EXECUTOR,
                          "executor '%s' (%s) does not run %s; use another one for task '%s'",
                          alias, executor->part->aliases[0],
                          task->spec.function != NULL ? "functions" : "commands", task->spec.id);
    }
    source = source_of(self, owner, task->section, task->options);
    task->checked = ez_options_check(executor->part->task_options.option,
                                     executor->part->task_options.n, &source, self->found);
}

void
ez_config_check(ez_config *self, ez_catalog *catalog)
{
    for (guint i = 0; i < self->executors->len; i++) {
        check_executor(self, self->executors->pdata[i], catalog);
    }
    check_store(self, catalog);
    check_executor_names(self);
    for (guint i = 0; i < self->tasks->len; i++) {
        check_task(self, self->tasks->pdata[i]);
    }
}

void
ez_config_forget_plugins(ez_config *self)
{
    for (guint i = 0; i < self->executors->len; i++) {
        ((ez_config_executor *)self->executors->pdata[i])->part = NULL;
    }
}
