/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "base/parse.h"

static void
add_text(GString *text, const char *key, const char *value)
{
    if (value != NULL) {
        g_string_append_printf(text, "  %s: %s\n", key, value);
    }
}

static void
add_vector(GString *text, const char *key, const char *const *values)
{
    for (size_t i = 0; values != NULL && values[i] != NULL; i++) {
        g_string_append_printf(text, "  %s %zu: <%s>\n", key, i, values[i]);
    }
}

static void
add_number(GString *text, const char *key, int64_t value, int64_t unset)
{
    if (value != unset) {
        g_string_append_printf(text, "  %s: %" G_GINT64_FORMAT "\n", key, value);
    }
}

static void
add_duration(GString *text, const char *key, execz_duration value, execz_duration unset)
{
    g_autofree char *shown = value < 0 ? g_strdup("unlimited") : ez_format_duration(value);

    if (value != unset) {
        add_text(text, key, shown);
    }
}

static void
add_pairs(GString *text, const ez_options *checked, const GArray *options)
{
    size_t n;
    g_autofree execz_pair *pairs = ez_config_pairs(checked, options, &n);

    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(text, "  %s %s: <%s>\n", checked == NULL ? "unchecked" : "option",
                               pairs[i].key, pairs[i].value);
    }
}

static void
add_spec(GString *text, const execz_task_spec *spec)
{
    add_text(text, "name", spec->name);
    add_text(text, "executor", spec->executor);
    add_text(text, "trigger", spec->trigger);
    add_text(text, "timezone", spec->timezone);
    add_text(text, "function", spec->function);
    add_vector(text, "argv", spec->argv);
    add_text(text, "shell", spec->shell);
    add_text(text, "args", spec->args);
    add_vector(text, "env", spec->env);
    add_text(text, "cwd", spec->cwd);
    add_number(text, "max_instances", spec->max_instances, 0);
    add_duration(text, "misfire_grace_time", spec->misfire_grace_time, EXECZ_UNSET);
    add_duration(text, "timeout", spec->timeout, 0);
    add_duration(text, "kill_grace", spec->kill_grace, EXECZ_UNSET);
    add_number(text, "output_limit", (int64_t)spec->output_limit, 0);
    add_number(text, "coalesce", spec->coalesce, EXECZ_COALESCE_DEFAULT);
    add_number(text, "priority", spec->priority, 0);
    add_number(text, "overlap", spec->overlap, EXECZ_OVERLAP_DEFAULT);
    add_number(text, "overlap_limit", spec->overlap_limit, 0);
    add_number(text, "max_attempts", spec->max_attempts, 0);
    add_number(text, "retry_on", spec->retry_on, 0);
    add_number(text, "retry_factor", spec->retry_factor, 0);
    add_number(text, "retry_jitter", spec->retry_jitter, 0);
    add_duration(text, "retry_delay", spec->retry_delay, EXECZ_UNSET);
    add_duration(text, "retry_max_delay", spec->retry_max_delay, EXECZ_UNSET);
    for (uint64_t i = 0; i < spec->n_retry_never; i++) {
        add_number(text, "retry_never", spec->retry_never[i], EXECZ_UNSET);
    }
}

static void
add_scheduler(GString *text, const ez_config *config)
{
    g_string_append(text, "scheduler\n");
    add_text(text, "name", config->scheduler.name);
    add_text(text, "timezone", config->scheduler.timezone);
    add_vector(text, "plugin_path", config->scheduler.plugin_path);
    add_vector(text, "function_path", config->scheduler.function_path);
    if (config->has_log_level) {
        add_number(text, "log_level", config->scheduler.log_level, -1);
    }
}

char *
dump_config(const ez_config *config)
{
    GString *text = g_string_new(NULL);

    add_scheduler(text, config);
    g_string_append(text, "defaults\n");
    add_spec(text, &config->defaults);
    for (guint i = 0; i < config->executors->len; i++) {
        const ez_config_executor *executor = config->executors->pdata[i];

        g_string_append_printf(text, "executor %s\n", executor->alias);
        add_text(text, "type", executor->settings.type);
        add_text(text, "plugin", executor->settings.plugin);
        add_pairs(text, executor->checked, executor->options);
    }
    for (guint i = 0; i < config->tasks->len; i++) {
        const ez_config_task *task = config->tasks->pdata[i];

        g_string_append_printf(text, "task %s\n", task->spec.id);
        add_spec(text, &task->spec);
        add_pairs(text, task->checked, task->options);
    }
    return g_string_free(text, FALSE);
}
