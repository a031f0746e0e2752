/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>

#define PATIENCE (60 * EXECZ_SECOND)

typedef struct record {
    ended last;
    unsigned starts, most_at_once;
    bool blocked;
} record;

static execz_scheduler *the_scheduler;
static GHashTable *records; /* task -> record, both owned */
static GString *lines;
static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t
now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * EXECZ_SECOND + at.tv_nsec;
}

/* ---- events --------------------------------------------------------------------------------- */

static record *
find(const char *task)
{
    record *at = g_hash_table_lookup(records, task);

    if (at == NULL) {
        at = g_new0(record, 1);
        g_hash_table_insert(records, g_strdup(task), at);
    }
    return at;
}

static void
free_texts(ended *self)
{
    g_free(self->message);
    g_free(self->value);
    g_free(self->output);
}

static void
free_record(void *element)
{
    free_texts(&((record *)element)->last);
    g_free(element);
}

static void
hear(void *user, const execz_event *event)
{
    record *at = find(event->task);
    const execz_result *result = event->result;
    unsigned times = at->last.times + 1;

    (void)user;
    if (event->code == EXECZ_EVENT_TASK_STARTED) {
        at->starts++;
        at->most_at_once = MAX(at->most_at_once, at->starts - at->last.times);
        return;
    }
    if (event->code == EXECZ_EVENT_TASK_BLOCKED) {
        at->blocked = true;
        return;
    }
    free_texts(&at->last);
    at->last = (ended){.code = event->code, .times = times, .run = event->run};
    if (result != NULL) {
        at->last.outcome = result->outcome;
        at->last.started = result->started;
        at->last.finished = result->finished;
        at->last.exit_status = result->exit_status;
        at->last.signal = result->signal;
        at->last.cpu_user = result->cpu_user;
        at->last.cpu_system = result->cpu_system;
        at->last.max_rss = result->max_rss;
        at->last.value_length = result->value_length;
    }
    at->last.message = g_strdup(result == NULL || result->message == NULL ? "" : result->message);
    at->last.value = result == NULL || result->value == NULL
                         ? g_strdup("")
                         : g_strndup(result->value, result->value_length);
    at->last.output = result == NULL || result->output == NULL
                          ? g_strdup("")
                          : g_strndup(result->output, result->output_length);
}

static void
take_line(void *user, uint32_t level, const char *message)
{
    (void)user;
    if (level >= EXECZ_LOG_WARNING) {
        pthread_mutex_lock(&lines_lock);
        g_string_append_printf(lines, "%s\n", message);
        pthread_mutex_unlock(&lines_lock);
    }
}

const char *
log_lines(void)
{
    static char *copy;

    pthread_mutex_lock(&lines_lock);
    g_free(copy);
    copy = g_strdup(lines->str);
    pthread_mutex_unlock(&lines_lock);
    return copy;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void
make(const char *type, const char *option, va_list more)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    static const char *const function_path[] = {EXECZ_TEST_FUNCTION_DIR, NULL};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    execz_pair pairs[24];
    size_t n = 0;

    for (; option != NULL; option = va_arg(more, const char *)) {
        pairs[n].key = option;
        pairs[n++].value = va_arg(more, const char *);
    }
    records = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_record);
    lines = g_string_new(NULL);
    options.plugin_path = plugin_path;
    options.function_path = function_path;
    options.log = take_line;
    options.log_level = EXECZ_LOG_WARNING;
    options.max_instances = EXECZ_MAX_INSTANCES_MAX;
    the_scheduler = execz_scheduler_new(&options, &err);
    if (the_scheduler == NULL ||
        execz_scheduler_add_executor(the_scheduler, "default", type, pairs, n, &err) != EXECZ_OK) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    execz_scheduler_add_listener(
        the_scheduler, EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_STARTED | EXECZ_EVENT_TASK_BLOCKED,
        hear, NULL);
}

void
make_pool(const char *option, ...)
{
    va_list more;

    va_start(more, option);
    make("processpool", option, more);
    va_end(more);
}

void
make_executor(const char *type, const char *option, ...)
{
    va_list more;

    va_start(more, option);
    make(type, option, more);
    va_end(more);
}

void
open_executor(const char *type, const char *option, ...)
{
    va_list more;

    va_start(more, option);
    make(type, option, more);
    va_end(more);
    start_pool();
}

void
start_pool(void)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (execz_scheduler_start(the_scheduler, &err) != EXECZ_OK) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
}

void
open_pool(const char *option, ...)
{
    va_list more;

    va_start(more, option);
    make("processpool", option, more);
    va_end(more);
    start_pool();
}

execz_scheduler *
scheduler(void)
{
    return the_scheduler;
}

static void
dispatch(int64_t wait_ms)
{
    struct pollfd ready = {.fd = execz_scheduler_fd(the_scheduler), .events = POLLIN};

    (void)poll(&ready, 1, (int)wait_ms);
    execz_scheduler_dispatch(the_scheduler);
}

static uint32_t
state(void)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(the_scheduler, &info);
    return info.state;
}

execz_status
shut_down(uint32_t flags, execz_duration timeout)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status = execz_scheduler_shutdown(the_scheduler, flags, timeout, &err);
    int64_t end = now() + PATIENCE;

    while (state() != EXECZ_STATE_STOPPED) {
        CHECK(now() < end);
        dispatch(10);
    }
    return status;
}

void
close_pool(void)
{
    if (state() != EXECZ_STATE_STOPPED) {
        (void)shut_down(0, -1);
    }
    execz_scheduler_free(the_scheduler);
    the_scheduler = NULL;
    g_hash_table_unref(records);
    g_string_free(lines, TRUE);
}

/* ---- tasks ---------------------------------------------------------------------------------- */

void
add_spec(const char *id, execz_task_spec *spec)
{
    execz_error err = EXECZ_ERROR_INIT;

    spec->id = id;
    spec->trigger = "interval(days=1)";
    if (execz_scheduler_add_task(the_scheduler, spec, &err) != EXECZ_OK) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
}

void
add_function(const char *id, const char *function, const char *args)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.function = function;
    spec.args = args;
    add_spec(id, &spec);
}

void
add_command(const char *id, const char *shell)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.shell = shell;
    add_spec(id, &spec);
}

void
run_task(const char *id)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (execz_scheduler_run_task(the_scheduler, id, &err) != EXECZ_OK) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
}

unsigned
ends_of(const char *id)
{
    return find(id)->last.times;
}

static bool
is_blocked(void *of)
{
    return ((record *)of)->blocked;
}

void
await_blocked(const char *id)
{
    await_that(is_blocked, find(id), "the task is blocked");
}

unsigned
starts_of(const char *id)
{
    return find(id)->starts;
}

unsigned
most_at_once_of(const char *id)
{
    return find(id)->most_at_once;
}

const ended *
await_ends(const char *id, unsigned n)
{
    int64_t end = now() + PATIENCE;

    while (ends_of(id) < n) {
        CHECK(now() < end);
        dispatch(100);
    }
    return &find(id)->last;
}

void
await_starts(const char *id, unsigned n)
{
    int64_t end = now() + PATIENCE;

    while (starts_of(id) < n) {
        CHECK(now() < end);
        dispatch(100);
    }
}

const ended *
call(const char *function, const char *args)
{
    static unsigned n;
    char id[32];

    (void)snprintf(id, sizeof id, "call-%u", n++);
    add_function(id, function, args);
    run_task(id);
    return await_ends(id, 1);
}

void
pass_time(int ms)
{
    int64_t end = now() + ms * EXECZ_MILLISECOND;

    for (int64_t left; (left = end - now()) > 0;) {
        dispatch(left / EXECZ_MILLISECOND + 1);
    }
}

void
await_that(bool (*condition)(void *user), void *user, const char *what)
{
    int64_t end = now() + PATIENCE;

    while (!condition(user)) {
        if (now() >= end) {
            fprintf(stderr, "it did not come to pass: %s\n", what);
            abort();
        }
        dispatch(2);
    }
}
