/* SPDX-License-Identifier: MIT */
/* The scheduler as an object: made, freed, and the tables its other files share. */
#include "scheduler/scheduler.h"

#include "base/error.h"
#include "base/identity.h"
#include "function/body.h"
#include "isolation/proxy.h"
#include "scheduler/background.h"
#include "scheduler/cancel.h"
#include "scheduler/journal.h"
#include "scheduler/listeners.h"
#include "scheduler/modify.h"
#include "scheduler/news.h"
#include "scheduler/pause.h"
#include "scheduler/state.h"
#include "scheduler/tell.h"
#include "scheduler/upgrade.h"
#include "task/check.h"

#include <string.h>

void
ez_scheduler_free_place(void *place)
{
    ez_executor_place *self = place;

    ez_line_deinit(&self->held); /* what was in it was ended by a shutdown */
    ez_executor_free(self->executor);
    ez_wish_free(self->wish);
    g_free(self);
}

static bool
wants_started(void *user)
{
    const execz_scheduler *self = user;

    return ez_bus_wants(self->bus, EXECZ_EVENT_TASK_STARTED);
}

static void
init_tables(execz_scheduler *self)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&self->lock, NULL);
    pthread_mutex_init(&self->catalog_lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->stopped, &attributes);
    pthread_condattr_destroy(&attributes);
    ez_index_init(&self->tasks, ez_entry_name);
    self->dropped = ez_entries_new();
    self->places = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, ez_scheduler_free_place);
    ez_heap_init(&self->due);
    ez_threads_init(&self->background);
    ez_heap_init(&self->retries);
    self->broken_plugins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_queue_init(&self->manual);
    g_queue_init(&self->cancels);
    g_queue_init(&self->news);
    g_queue_init(&self->new_executors);
    g_queue_init(&self->resumed);
    g_queue_init(&self->leaving);
    ez_heap_init(&self->resumptions);
    self->pauses = ez_pauses_new();
    self->left_behind = g_ptr_array_new_with_free_func(ez_scheduler_free_place);
    self->modified = ez_modify_table_new();
    g_queue_init(&self->ready);
    ez_line_init(&self->blocked[0]);
    ez_line_init(&self->blocked[1]);
    ez_line_init(&self->gathering);
    ez_changes_init(self);
    self->batch = g_new(ez_batch_item, EZ_BATCH);
    self->bus = ez_bus_new();
    self->runs = ez_runs_new();
    self->tables = (ez_task_tables){ez_intern_table_new(), ez_intern_table_new()};
    self->shutdown_deadline = EXECZ_NO_DEADLINE;
    self->recheck_at = EXECZ_TIME_NEVER;
    self->brings_default = true;
}

static execz_status
watch(void *loop, int fd, void (*function)(void *), void *argument)
{
    return ez_loop_watch(loop, fd, function, argument);
}

static void
unwatch(void *loop, int fd)
{
    ez_loop_unwatch(loop, fd);
}

static void
init_services(execz_scheduler *self, const execz_scheduler_options *options)
{
    ez_catalog_settings settings = ez_catalog_settings_of_process();

    settings.plugin_path = options->plugin_path;
    self->catalog = ez_catalog_new(&settings);
    self->watches_plugins = options->watch_plugins != 0;
    self->plugin_lock = ez_lock_new(options->plugin_lock, options->require_lock != 0);
    self->modules = ez_modules_new(options->function_path);
    self->function_path = options->function_path == NULL
                              ? g_strdup("")
                              : g_strjoinv(":", (char **)options->function_path);
    self->services = (ez_executor_services){
        .clock = self->clock,
        .log = self->log,
        .runs = self->runs,
        .mailbox = &self->mailbox,
        .body = ez_body_run,
        .body_user = self->modules,
        .wants_started = wants_started,
        .wants_user = self,
        .watch = watch,
        .unwatch = unwatch,
        .loop = &self->loop,
        .call = ez_body_call_for,
        .function_path = self->function_path,
        .lingerers = &self->lingerers,
        .lock = self->plugin_lock,
        .isolator = &ez_proxy_isolator,
    };
}

static bool
check_paths(const char *what, const char *const *paths, execz_error *err)
{
    for (size_t i = 0; paths != NULL && paths[i] != NULL; i++) {
        if (paths[i][0] != '/') {
            ez_fail(err, EXECZ_E_INVAL, "'%s' in %s is not an absolute path", paths[i], what);
            return false;
        }
    }
    return true;
}

static bool
check_history(uint32_t n, execz_error *err)
{
    if (n <= EXECZ_HISTORY_MAX) {
        return true;
    }
    ez_fail(err, EXECZ_E_LIMIT, "history = %u is more than %u records, the most that are kept", n,
            EXECZ_HISTORY_MAX);
    return false;
}

execz_scheduler *
ez_scheduler_new(const execz_scheduler_options *options, const ez_clock *clock, execz_error *err)
{
    execz_scheduler_options whole = EXECZ_SCHEDULER_OPTIONS_INIT;
    ez_task_defaults defaults;
    execz_scheduler *self;

    if (options != NULL) {
        memcpy(&whole, options, MIN(options->size, sizeof whole));
    }
    defaults = (ez_task_defaults){
        .timezone = whole.timezone != NULL ? whole.timezone : "UTC",
        .misfire_grace_time = whole.misfire_grace_time,
        .max_instances = whole.max_instances,
        .coalesce = whole.coalesce,
        .overlap = whole.overlap,
        .overlap_limit = whole.overlap_limit,
    };
    if (!check_paths("plugin_path", whole.plugin_path, err) ||
        !check_paths("function_path", whole.function_path, err) ||
        !check_history(whole.history, err) || !ez_task_check_defaults(&defaults, err)) {
        return NULL;
    }
    self = g_new0(execz_scheduler, 1);
    self->clock = clock;
    self->loop = (ez_loop){.epoll = -1, .wall_timer = -1, .monotonic_timer = -1};
    self->mailbox.bell = -1;
    self->name = g_strdup(whole.name != NULL ? whole.name : "execz");
    self->timezone = g_strdup(defaults.timezone);
    self->defaults = defaults;
    self->defaults.timezone = self->timezone;
    self->log = whole.log != NULL ? (ez_log){whole.log_level, whole.log, whole.log_user}
                                  : ez_log_stderr(MAX(whole.log_level, EXECZ_LOG_WARNING));
    init_tables(self);
    if (whole.history > 0) {
        self->history = ez_history_new(whole.history, EXECZ_HISTORY_BYTES_MAX);
    }
    if (!ez_mailbox_init(&self->mailbox) ||
        ez_loop_init(&self->loop, self->mailbox.bell, err) != EXECZ_OK) {
        ez_fail(err, EXECZ_E_IO, "cannot make the descriptors of the scheduler");
        execz_scheduler_free(self);
        return NULL;
    }
    init_services(self, &whole);
    ez_listeners_watch(self);
    if (ez_state_make(self, &whole, err) != EXECZ_OK) {
        g_clear_pointer(&self, execz_scheduler_free);
    }
    return self;
}

execz_scheduler *
execz_scheduler_new(const execz_scheduler_options *options, execz_error *err)
{
    return ez_scheduler_new(options, ez_clock_system(), err);
}

/* Removals and requests that no loop has seen. */
static void
free_queues(execz_scheduler *self)
{
    ez_manual *manual;
    ez_entry *entry;

    while ((manual = g_queue_pop_head(&self->manual)) != NULL) {
        ez_entry_unref(manual->entry);
        g_free(manual);
    }
    ez_news_free(self);
    while ((entry = g_queue_pop_head(&self->resumed)) != NULL ||
           (entry = g_queue_pop_head(&self->ready)) != NULL) {
        ez_entry_unref(entry);
    }
}

static void
free_tasks(execz_scheduler *self)
{
    ez_entry *entry;
    size_t at = 0;

    g_hash_table_unref(self->modified);
    while ((entry = ez_index_next(&self->tasks, &at)) != NULL) {
        ez_entry_unref(entry);
    }
    ez_index_deinit(&self->tasks);
    ez_heap_deinit(&self->due);
    ez_heap_deinit(&self->resumptions);
    g_hash_table_unref(self->pauses);
    g_ptr_array_unref(self->dropped);
    ez_heap_deinit(&self->retries);
}

/**
 * Threads that were given up still use the scheduler.  Freeing it under them would be worse than
 * never.
 */
static bool
has_threads(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);
    bool any = false;

    for (guint i = 0; i < places->len; i++) {
        ez_executor *executor = ((ez_executor_place *)places->pdata[i])->executor;

        if (!ez_executor_is_free_of_threads(executor)) {
            ez_log_write(&self->log, EXECZ_LOG_ERROR,
                         "executor=%s still has threads; the scheduler's memory is left to them",
                         ez_executor_alias(executor));
            any = true;
        }
    }
    for (guint i = 0; i < self->left_behind->len; i++) {
        const ez_executor_place *place = self->left_behind->pdata[i];

        any |= !ez_executor_is_free_of_threads(place->executor);
    }
    return any;
}

void
execz_scheduler_free(execz_scheduler *self)
{
    if (self == NULL) {
        return;
    }
    if (self->state != EXECZ_STATE_STOPPED) {
        self->n_starts = 1;
        (void)execz_scheduler_shutdown(self, EXECZ_SHUTDOWN_CANCEL, -1, NULL);
    }
    ez_background_join(self);
    ez_scheduler_run_loop(self); /* if there was no thread that has done so */
    ez_upgrade_end(self);
    if (has_threads(self)) {
        return;
    }
    g_ptr_array_unref(self->left_behind);
    g_queue_clear_full(&self->leaving, ez_scheduler_free_place);
    g_hash_table_unref(self->places);
    ez_runs_free(self->runs);
    free_queues(self);
    ez_cancel_forget(self);
    free_tasks(self);
    ez_scheduler_commit_last(self);
    ez_store_free(self->store);
    ez_history_free(self->history);
    ez_bus_free(self->bus);
    ez_modules_free(self->modules);
    ez_threads_deinit(&self->background);
    g_free(self->function_path);
    g_free(self->no_default);
    ez_catalog_free(self->catalog);
    g_hash_table_unref(self->broken_plugins);
    ez_lock_free(self->plugin_lock);
    ez_loop_deinit(&self->loop);
    ez_mailbox_deinit(&self->mailbox);
    g_queue_clear(&self->new_executors);
    ez_line_deinit(&self->blocked[0]);
    ez_line_deinit(&self->blocked[1]);
    ez_line_deinit(&self->gathering);
    ez_changes_deinit(self);
    ez_intern_table_free(self->tables.plans);
    ez_intern_table_free(self->tables.schedules);
    g_free(self->batch);
    pthread_cond_destroy(&self->stopped);
    pthread_mutex_destroy(&self->catalog_lock);
    pthread_mutex_destroy(&self->lock);
    g_free(self->timezone);
    g_free(self->name);
    g_free(self);
}

/* ---- shared by the files of this layer ------------------------------------------------------- */

uint32_t
ez_scheduler_state(execz_scheduler *self)
{
    uint32_t state;

    pthread_mutex_lock(&self->lock);
    state = self->state;
    pthread_mutex_unlock(&self->lock);
    return state;
}

bool
ez_scheduler_is_loop(execz_scheduler *self)
{
    return atomic_load(&self->loop_thread) == ez_identity();
}

void
ez_scheduler_bring_no_default(execz_scheduler *self)
{
    self->brings_default = false;
}

ez_executor_place *
ez_scheduler_find_place(execz_scheduler *self, const char *alias)
{
    ez_executor_place *place;

    pthread_mutex_lock(&self->lock);
    place = g_hash_table_lookup(self->places, alias);
    pthread_mutex_unlock(&self->lock);
    return place;
}

GPtrArray *
ez_scheduler_list_places(execz_scheduler *self)
{
    GPtrArray *places = g_ptr_array_new();
    GHashTableIter iter;
    void *place;

    pthread_mutex_lock(&self->lock);
    g_hash_table_iter_init(&iter, self->places);
    while (g_hash_table_iter_next(&iter, NULL, &place)) {
        g_ptr_array_add(places, place);
    }
    for (GList *at = self->leaving.head; at != NULL; at = at->next) {
        g_ptr_array_add(places, at->data);
    }
    pthread_mutex_unlock(&self->lock);
    return places;
}
