/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "config/body.h"
#include "config/files.h"
#include "config/pairs.h"
#include "config/schedule.h"

#include <string.h>

static void
free_executor(void *data)
{
    ez_config_executor *self = data;

    ez_options_free(self->checked);
    g_array_unref(self->options);
    g_free(self);
}

static void
free_task(void *data)
{
    ez_config_task *self = data;

    ez_options_free(self->checked);
    g_array_unref(self->options);
    g_free(self);
}

static ez_config *
new_config(const char *path)
{
    ez_config *self = g_new0(ez_config, 1);
    g_autofree char *directory = g_path_get_dirname(path);

    self->document = ez_document_new();
    self->arena = g_ptr_array_new_with_free_func(g_free);
    self->base_dir = g_canonicalize_filename(directory, NULL);
    self->found = ez_report_new();
    self->defaults = (execz_task_spec)EXECZ_TASK_SPEC_INIT;
    self->scheduler.watch_plugins = EZ_UNSAID;
    self->executors = g_ptr_array_new_with_free_func(free_executor);
    self->executor_map = g_hash_table_new(g_str_hash, g_str_equal);
    self->tasks = g_ptr_array_new_with_free_func(free_task);
    return self;
}

void
ez_config_free(ez_config *self)
{
    if (self != NULL) {
        g_ptr_array_unref(self->tasks);
        g_hash_table_unref(self->executor_map);
        g_ptr_array_unref(self->executors);
        g_clear_pointer(&self->problems, ez_report_free);
        ez_report_free(self->found);
        g_free(self->base_dir);
        g_free(self->lock_path);
        g_ptr_array_unref(self->arena);
        g_clear_pointer(&self->store.options, g_array_unref);
        ez_options_free(self->store.checked);
        ez_document_free(self->document);
        g_free(self);
    }
}

static ez_reading
reading_of(const ez_config *self)
{
    return (ez_reading){self->base_dir, self->arena, self->found};
}

/* ---- sections ------------------------------------------------------------------------------- */

/* Copies the settings that begin with prefix, without it. */
static GArray *
collect_options(const ez_section *section, const ez_schema *schema, const char *prefix)
{
    GArray *options = g_array_new(FALSE, FALSE, sizeof(ez_setting));

    for (guint i = 0; i < section->entries->len; i++) {
        ez_setting setting = ((const ez_ini_entry *)section->entries->pdata[i])->setting;

        if (prefix[0] == '\0' ? !ez_schema_has(schema, setting.key)
                              : g_str_has_prefix(setting.key, prefix)) {
            setting.key += strlen(prefix);
            setting.key_place.column += (unsigned)strlen(prefix);
            g_array_append_val(options, setting);
        }
    }
    return options;
}

static void
check_executor_plugin(const ez_config *self, const ez_config_executor *executor)
{
    static const char *const keys[] = {"type", "plugin"};
    ez_reading reading = reading_of(self);
    const ez_section *section = executor->section;
    const ez_ini_entry *type = ez_section_find(section, "type");

    if (ez_section_only(&reading, section, keys, G_N_ELEMENTS(keys)) == NULL && !section->damaged) {
        ez_config_problem(self->found, section->place, EZ_C_MISSING_KEY,
                          "executor '%s' has no plugin; add type = ALIAS, or plugin = FILE",
                          executor->alias);
    }
    if (type != NULL && strchr(type->setting.value, '/') != NULL) {
        ez_value_problem(&reading, type, 0, EZ_C_BAD_CHOICE,
                         "'%s' is a path, and a type is a plugin's alias; write plugin = instead",
                         type->setting.value);
    }
}

static void
read_executor(ez_config *self, const ez_section *section, const ez_schema *schema)
{
    ez_reading reading = reading_of(self);
    ez_config_executor *executor = g_new0(ez_config_executor, 1);

    executor->section = section;
    executor->alias = section->name;
    executor->options = collect_options(section, schema, "");
    ez_schema_read(schema, &reading, section, &executor->settings);
    check_executor_plugin(self, executor);
    g_ptr_array_add(self->executors, executor);
    g_hash_table_insert(self->executor_map, section->name, executor);
}

static void
read_store(ez_config *self, const ez_section *section, const ez_schema *schema)
{
    ez_reading reading = reading_of(self);
    ez_config_store *store = &self->store;
    const ez_ini_entry *type = ez_section_find(section, "type");

    if (strcmp(section->name, "default") != 0) {
        ez_config_problem(self->found, section->place, EZ_C_NOT_IN_VERSION,
                          "this version has one store for all tasks; its section is "
                          "[store:default], not [store:%s]",
                          section->name);
        return;
    }
    store->section = section;
    store->options = collect_options(section, schema, "");
    ez_schema_read(schema, &reading, section, &store->settings);
    if (type == NULL && !section->damaged) {
        ez_config_problem(self->found, section->place, EZ_C_MISSING_KEY,
                          "store '%s' has no type; add type = sqlite, or type = memory",
                          section->name);
    }
}

/* How often a run time is attempted, as far as the task does not say it itself. */
static void
apply_retry_defaults(const ez_config *self, ez_config_task *task)
{
    const execz_task_spec *from = &self->defaults;
    execz_task_spec *spec = &task->spec;

    spec->max_attempts = spec->max_attempts != 0 ? spec->max_attempts : from->max_attempts;
    spec->retry_on = spec->retry_on != 0 ? spec->retry_on : from->retry_on;
    spec->retry_factor = spec->retry_factor != 0 ? spec->retry_factor : from->retry_factor;
    if (ez_section_find(task->section, "retry_jitter") == NULL) {
        spec->retry_jitter = from->retry_jitter;
    }
    if (spec->retry_delay == EXECZ_UNSET) {
        spec->retry_delay = from->retry_delay;
    }
    if (spec->retry_max_delay == EXECZ_UNSET) {
        spec->retry_max_delay = from->retry_max_delay;
    }
    if (spec->retry_never == NULL) {
        spec->retry_never = from->retry_never;
        spec->n_retry_never = from->n_retry_never;
    }
}

/* What a task does not say itself.  max_instances, overlap, coalesce and misfire_grace_time are defaults of
 * the scheduler, and left to it. */
static void
apply_defaults(const ez_config *self, ez_config_task *task)
{
    if (task->spec.executor == NULL) {
        task->spec.executor = self->defaults.executor;
    }
    if (ez_section_find(task->section, "timeout") == NULL) {
        task->spec.timeout = self->defaults.timeout;
    }
    if (task->spec.kill_grace == EXECZ_UNSET) {
        task->spec.kill_grace = self->defaults.kill_grace;
    }
    if (task->spec.output_limit == 0) {
        task->spec.output_limit = self->defaults.output_limit;
    }
    if (task->spec.delivery == EXECZ_DELIVERY_DEFAULT) {
        task->spec.delivery = self->defaults.delivery;
    }
    apply_retry_defaults(self, task);
}

static void
read_task(ez_config *self, const ez_section *section, const ez_schema *schema)
{
    ez_reading reading = reading_of(self);
    ez_config_task *task = g_new0(ez_config_task, 1);

    task->section = section;
    task->spec = (execz_task_spec)EXECZ_TASK_SPEC_INIT;
    task->spec.id = section->name;
    task->spec.origin = EXECZ_ORIGIN_CONFIG;
    task->options = collect_options(section, schema, "option.");
    ez_schema_read(schema, &reading, section, &task->spec);
    apply_defaults(self, task);
    ez_body_check(&reading, section);
    task->spec.env = ez_body_read_env(&reading, section);
    task->spec.trigger = ez_schedule_read(
        &reading, section,
        task->spec.timezone != NULL ? task->spec.timezone : self->scheduler.timezone, self->jitter);
    g_ptr_array_add(self->tasks, task);
}

/* ---- loading -------------------------------------------------------------------------------- */

static void
read_section(ez_config *self, const ez_section *section, const ez_schema *schema)
{
    ez_reading reading = reading_of(self);

    if (strcmp(schema->kind, "scheduler") == 0) {
        ez_schema_read(schema, &reading, section, &self->scheduler);
        self->has_log_level = ez_section_find(section, "log_level") != NULL;
    } else if (strcmp(schema->kind, "defaults") == 0) {
        ez_schema_read(schema, &reading, section, &self->defaults);
        self->jitter = ez_schedule_find_jitter(&reading, section);
    } else if (strcmp(schema->kind, "executor") == 0) {
        read_executor(self, section, schema);
    } else if (strcmp(schema->kind, "store") == 0) {
        read_store(self, section, schema);
    } else {
        read_task(self, section, schema);
    }
}

/* Tasks last, if at all: they need what the others say. */
static void
read_sections(ez_config *self, bool with_tasks)
{
    ez_reading reading = reading_of(self);
    const GPtrArray *sections = self->document->sections;
    g_autofree const ez_schema **schemas = g_new0(const ez_schema *, sections->len + 1);

    for (guint i = 0; i < sections->len; i++) {
        schemas[i] = ez_schema_of(&reading, sections->pdata[i]);
    }
    for (int tasks = 0; tasks <= with_tasks; tasks++) {
        for (guint i = 0; i < sections->len; i++) {
            if (schemas[i] != NULL && tasks == (strcmp(schemas[i]->kind, "task") == 0)) {
                read_section(self, sections->pdata[i], schemas[i]);
            }
        }
    }
}

static ez_config *
load(const char *path, bool with_tasks, execz_error *err)
{
    g_autoptr(ez_config) self = new_config(path);

    if (ez_files_read(self->document, path, self->found, err) != EXECZ_OK) {
        return NULL;
    }
    self->lock_path = g_build_filename(self->base_dir, "plugins.lock", NULL);
    read_sections(self, with_tasks);
    return g_steal_pointer(&self);
}

ez_config *
ez_config_load(const char *path, execz_error *err)
{
    return load(path, true, err);
}

ez_config *
ez_config_load_head(const char *path, execz_error *err)
{
    return load(path, false, err);
}

ez_config *
ez_config_from_pairs(const execz_dictionary *dictionary)
{
    ez_config *self = new_config(".");

    ez_pairs_read(self->document, dictionary, self->found);
    read_sections(self, true);
    return self;
}

/* A report ranks files by their first problem; so they are told in the order of the files. */
ez_report *
ez_config_problems(ez_config *self)
{
    size_t n = ez_report_count(self->found);
    g_autoptr(GHashTable) ranks = g_hash_table_new(NULL, NULL);
    g_autofree GPtrArray **lists = g_new0(GPtrArray *, self->document->files->len + 1);

    g_clear_pointer(&self->problems, ez_report_free);
    self->problems = ez_report_new();
    for (guint i = 0; i < self->document->files->len; i++) {
        g_hash_table_insert(ranks, self->document->files->pdata[i], GUINT_TO_POINTER(i));
        lists[i] = g_ptr_array_new();
    }
    for (size_t i = 0; i < n; i++) {
        const ez_problem *problem = ez_report_get(self->found, i);
        guint rank = GPOINTER_TO_UINT(g_hash_table_lookup(ranks, problem->place.file));

        g_ptr_array_add(lists[rank], (void *)problem);
    }
    for (guint i = 0; i < self->document->files->len; i++) {
        for (guint k = 0; k < lists[i]->len; k++) {
            const ez_problem *problem = lists[i]->pdata[k];

            ez_report_add(self->problems, problem->place, problem->code, "%s", problem->message);
        }
        g_ptr_array_unref(lists[i]);
    }
    return self->problems;
}

execz_pair *
ez_config_pairs(const ez_options *checked, const GArray *options, size_t *n_out)
{
    execz_pair *pairs;

    *n_out = checked != NULL ? ez_options_count(checked) : options->len;
    pairs = g_new0(execz_pair, *n_out + 1);
    for (size_t i = 0; i < *n_out; i++) {
        const ez_setting *setting = &g_array_index(options, ez_setting, checked == NULL ? i : 0);

        pairs[i] = checked != NULL ? ez_options_pairs(checked)[i]
                                   : (execz_pair){setting->key, setting->value};
    }
    return pairs;
}
