/* SPDX-License-Identifier: MIT */
/* Makes the scheduler that a configuration describes. */
#include "config/config.h"

#include "base/error.h"
#include "scheduler/executors.h"

#include <execz/config.h>

#include <string.h>

/* Who is told about problems. */
typedef struct listener {
    execz_problem_function problem; /* NULL: nobody */
    void *user;
} listener;

/* Tells all problems; false if there is none. */
static bool
tell_problems(ez_config *config, const char *path, const listener *to, execz_error *err)
{
    ez_report *report = ez_config_problems(config);
    size_t n = ez_report_count(report);
    g_autofree char *first = NULL;

    for (size_t i = 0; i < n && to->problem != NULL; i++) {
        const ez_problem *problem = ez_report_get(report, i);

        to->problem(to->user, &(execz_problem){.size = sizeof(execz_problem),
                                               .line = problem->place.line,
                                               .column = problem->place.column,
                                               .file = problem->place.file,
                                               .code = problem->code,
                                               .message = problem->message});
    }
    if (n == 0) {
        return false;
    }
    first = ez_problem_format(ez_report_get(report, 0));
    ez_fail(err, EXECZ_E_CONFIG, "%s has %zu problem%s%s", path, n,
            n == 1 ? ": " : "s, first: ", first);
    return true;
}

/* The caller's options with what the file says in their place. */
static execz_scheduler_options
merge_options(const ez_config *config, const execz_scheduler_options *given)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    const ez_scheduler_settings *file = &config->scheduler;

    if (given != NULL) {
        memcpy(&options, given, MIN(given->size, sizeof options));
        options.size = sizeof options;
    }
    options.name = file->name != NULL ? file->name : options.name;
    options.timezone = file->timezone != NULL ? file->timezone : options.timezone;
    options.plugin_path = file->plugin_path != NULL ? file->plugin_path : options.plugin_path;
    options.function_path =
        file->function_path != NULL ? file->function_path : options.function_path;
    options.log_level = config->has_log_level ? file->log_level : options.log_level;
    options.plugin_lock = config->lock_path != NULL ? config->lock_path : options.plugin_lock;
    options.require_lock |= file->require_lock;
    options.watch_plugins =
        file->watch_plugins != EZ_UNSAID ? file->watch_plugins : options.watch_plugins;
    options.state_dir = options.state_dir != NULL ? options.state_dir : file->state_dir;
    options.history = file->history != 0 ? file->history : options.history;
    /* Who names no place for it, as execz check, keeps nothing. */
    if (config->store.settings.type != NULL &&
        (options.state_dir != NULL || options.fallback_state_dir != NULL)) {
        options.store = config->store.settings.type;
    }
    if (config->defaults.misfire_grace_time != EXECZ_UNSET) {
        options.misfire_grace_time = config->defaults.misfire_grace_time;
    }
    if (config->defaults.max_instances != 0) {
        options.max_instances = config->defaults.max_instances;
    }
    if (config->defaults.overlap != EXECZ_OVERLAP_DEFAULT) {
        options.overlap = config->defaults.overlap;
        options.overlap_limit = config->defaults.overlap_limit;
    }
    if (config->defaults.coalesce != EXECZ_COALESCE_DEFAULT) {
        options.coalesce = config->defaults.coalesce;
    }
    return options;
}

static void
check_plugins(ez_config *config, const execz_scheduler_options *options)
{
    ez_catalog_settings settings = ez_catalog_settings_of_process();
    g_autoptr(ez_catalog) catalog = NULL;

    settings.plugin_path = options->plugin_path;
    catalog = ez_catalog_new(&settings);
    ez_config_check(config, catalog);
    ez_config_forget_plugins(config);
}

static void
add_executor(ez_config *config, const ez_config_executor *executor, execz_scheduler *scheduler)
{
    const ez_executor_settings *settings = &executor->settings;
    const char *type = settings->type != NULL ? settings->type : settings->plugin;
    execz_error err = EXECZ_ERROR_INIT;
    size_t n = 0;
    g_autofree execz_pair *pairs = ez_config_pairs(executor->checked, executor->options, &n);

    if (execz_scheduler_add_executor(scheduler, executor->alias, type, pairs, n, &err) ==
        EXECZ_OK) {
        return;
    }
    if (err.status == EXECZ_E_NOT_FOUND && settings->wait_for_plugin == 1) {
        ez_scheduler_await_executor(scheduler, executor->alias, type, pairs, n, &err);
    } else {
        ez_report_add_error(config->found, executor->section->place, &err);
    }
}

static void
add_task(ez_config *config, const ez_config_task *task, execz_scheduler *scheduler)
{
    execz_task_spec spec = task->spec;
    execz_error err = EXECZ_ERROR_INIT;
    size_t n = 0;
    g_autofree execz_pair *pairs = ez_config_pairs(task->checked, task->options, &n);

    spec.options = pairs;
    spec.n_options = n;
    if (execz_scheduler_add_task(scheduler, &spec, &err) != EXECZ_OK) {
        ez_report_add_error(config->found, task->section->place, &err);
    }
}

static void
add_all(ez_config *config, execz_scheduler *scheduler)
{
    if (config->executors->len > 0) {
        ez_scheduler_bring_no_default(scheduler); /* it says which there are */
    }
    for (guint i = 0; i < config->executors->len; i++) {
        add_executor(config, config->executors->pdata[i], scheduler);
    }
    for (guint i = 0; i < config->tasks->len; i++) {
        add_task(config, config->tasks->pdata[i], scheduler);
    }
}

/* The scheduler of a configuration that is called what. */
static execz_scheduler *
make(ez_config *config, const char *what, const execz_scheduler_options *options,
     const listener *to, execz_error *err)
{
    execz_scheduler_options merged = merge_options(config, options);
    execz_scheduler *scheduler;
    g_autofree execz_pair *pairs = NULL;
    size_t n = 0;

    check_plugins(config, &merged);
    if (tell_problems(config, what, to, err)) {
        return NULL;
    }
    if (config->store.options != NULL) {
        pairs = ez_config_pairs(config->store.checked, config->store.options, &n);
        merged.store_options = pairs;
        merged.n_store_options = n;
    }
    scheduler = execz_scheduler_new(&merged, err);
    if (scheduler == NULL) {
        return NULL;
    }
    add_all(config, scheduler);
    if (tell_problems(config, what, to, err)) {
        g_clear_pointer(&scheduler, execz_scheduler_free);
    }
    return scheduler;
}

execz_scheduler *
execz_scheduler_new_from_file(const char *path, const execz_scheduler_options *options,
                              execz_problem_function problem, void *user, execz_error *err)
{
    g_autoptr(ez_config) config = ez_config_load(path, err);

    return config == NULL ? NULL : make(config, path, options, &(listener){problem, user}, err);
}

execz_scheduler *
execz_scheduler_new_from_pairs(const execz_dictionary *dictionary,
                               const execz_scheduler_options *options,
                               execz_problem_function problem, void *user, execz_error *err)
{
    g_autoptr(ez_config) config = ez_config_from_pairs(dictionary);

    return make(config, "the dictionary", options, &(listener){problem, user}, err);
}

char *
execz_config_get_socket(const char *path)
{
    g_autoptr(ez_config) config = ez_config_load_head(path, NULL);

    return config == NULL ? NULL : g_strdup(config->scheduler.socket);
}
