/* SPDX-License-Identifier: MIT */
/* The functions that an executor is given. */
#include "body.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static host *
host_of(const execz_host *abi)
{
    return (host *)(void *)abi;
}

int64_t
read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

/* The open run of this token; the lock is held. */
static run *
find_locked(host *self, execz_run token)
{
    uint32_t index = (uint32_t)token - 1;

    if (index >= self->n_runs || self->runs[index].token != token || !self->runs[index].open) {
        return NULL;
    }
    return &self->runs[index];
}

static execz_status
misuse_locked(host *self)
{
    self->misused++;
    return EXECZ_E_STATE;
}

/* ---- the table ------------------------------------------------------------------------------- */

static void
host_log(const execz_host *abi, uint32_t level, const char *message)
{
    (void)abi;
    fprintf(stderr, "log %u: %s\n", level, message);
}

/* It is a hundred years later here than in the system: a host's wall clock may be turned. */
static int64_t
host_now(const execz_host *abi, uint32_t clock)
{
    (void)abi;
    return clock == EXECZ_CLOCK_REAL ? read_clock(CLOCK_REALTIME) + 36500 * EXECZ_DAY
                                     : read_clock(CLOCK_MONOTONIC);
}

const execz_option *
find_option(const host *self, const char *name)
{
    for (uint32_t i = 0; i < self->component->n_options; i++) {
        if (strcmp(self->component->options[i].name, name) == 0) {
            return &self->component->options[i];
        }
    }
    return NULL;
}

static const char *
host_option(const execz_host *abi, const char *name)
{
    const host *self = host_of(abi);
    const execz_option *option = find_option(self, name);

    if (self->option != NULL && strcmp(name, self->option) == 0) {
        return self->value;
    }
    return option == NULL || option->default_value[0] == '\0' ? NULL : option->default_value;
}

static execz_status
host_option_i64(const execz_host *abi, const char *name, int64_t *value_out)
{
    host *self = host_of(abi);
    const execz_option *option = find_option(self, name);
    int64_t set = -1;

    if (option == NULL || option->default_value[0] == '\0') {
        return EXECZ_E_NOT_FOUND;
    }
    if (option->type != EXECZ_OPTION_INT) {
        return EXECZ_E_INVAL;
    }
    if (strcmp(name, "max_workers") == 0) {
        set = self->max_workers;
    } else if (strcmp(name, "queue_limit") == 0) {
        set = self->queue_limit;
    }
    *value_out = set >= 0 ? set : strtoll(option->default_value, NULL, 10);
    return EXECZ_OK;
}

static void *
host_realloc(const execz_host *abi, void *pointer, size_t length)
{
    host *self = host_of(abi);

    pthread_mutex_lock(&self->lock);
    self->allocated += (pointer == NULL && length > 0) - (pointer != NULL && length == 0);
    pthread_mutex_unlock(&self->lock);
    if (length == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, length);
}

static execz_status
host_post(const execz_host *abi, void (*function)(void *), void *argument)
{
    (void)abi;
    (void)function;
    (void)argument;
    return EXECZ_E_UNSUPPORTED; /* this host has no loop */
}

typedef struct thread {
    void (*function)(void *);
    void *argument;
} thread;

static void *
run_thread(void *argument)
{
    thread self = *(thread *)argument;

    free(argument);
    self.function(self.argument);
    return NULL;
}

static execz_status
host_thread(const execz_host *abi, const char *name, void (*function)(void *), void *argument)
{
    host *self = host_of(abi);
    pthread_attr_t small;
    thread *one;

    (void)name;
    if (self->no_threads) {
        return EXECZ_E_LIMIT;
    }
    one = malloc(sizeof *one);
    CHECK(one != NULL);
    *one = (thread){function, argument};
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 * 1024); /* there may be thousands before the join */
    pthread_mutex_lock(&self->lock);
    CHECK(self->n_threads < THREADS_MAX);
    CHECK(pthread_create(&self->threads[self->n_threads++], &small, run_thread, one) == 0);
    pthread_mutex_unlock(&self->lock);
    pthread_attr_destroy(&small);
    return EXECZ_OK;
}

/* The body: counts itself, and waits if it is one that blocks.  The lock is held. */
static void
run_body_locked(host *self, run *one)
{
    body_begin_locked(self, one);
    while (body_waits_locked(one)) {
        pthread_cond_wait(&self->changed, &self->lock);
    }
    body_end_locked(self);
}

static execz_status
host_execute(const execz_host *abi, execz_run token, execz_time run_time,
             const execz_waiter *waiter, execz_result *result_out)
{
    host *self = host_of(abi);
    unsigned misused;
    run *one;

    (void)waiter;
    (void)result_out;
    pthread_mutex_lock(&self->lock);
    misused = self->misused;
    one = find_locked(self, token);
    if (body_may_begin_locked(self, one, run_time)) {
        run_body_locked(self, one);
    }
    misused = self->misused - misused;
    pthread_mutex_unlock(&self->lock);
    return misused == 0 ? EXECZ_OK : EXECZ_E_STATE;
}

static execz_status
host_started(const execz_host *abi, execz_run token, execz_time run_time)
{
    (void)abi;
    (void)token;
    (void)run_time;
    return EXECZ_OK;
}

static execz_status
host_output(const execz_host *abi, execz_run token, uint32_t stream, const void *bytes,
            size_t length)
{
    (void)abi;
    (void)token;
    (void)stream;
    (void)bytes;
    (void)length;
    return EXECZ_OK;
}

static execz_status
host_finish(const execz_host *abi, execz_run token, const execz_result *results, uint32_t n)
{
    host *self = host_of(abi);
    execz_status status = EXECZ_OK;
    run *one;

    (void)results;
    (void)n;
    pthread_mutex_lock(&self->lock);
    one = find_locked(self, token);
    if (one == NULL) {
        status = misuse_locked(self);
    } else {
        one->open = false;
        one->finished++;
        memset(&one->task, 0, sizeof one->task); /* the task is gone: nobody may look at it */
        self->finished++;
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

static execz_status
host_interrupt(const execz_host *abi, execz_run token)
{
    host *self = host_of(abi);
    run *one;

    pthread_mutex_lock(&self->lock);
    one = find_locked(self, token);
    if (one != NULL) {
        one->interrupted = true;
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->lock);
    return one == NULL ? EXECZ_E_STATE : EXECZ_OK;
}

static execz_status
host_describe(const execz_host *abi, execz_run token, execz_run_info *info_out)
{
    host *self = host_of(abi);
    execz_run_info info = {.attempt = 1, .run = token};
    run *one;

    pthread_mutex_lock(&self->lock);
    one = find_locked(self, token);
    pthread_mutex_unlock(&self->lock);
    if (one == NULL) {
        return EXECZ_E_STATE;
    }
    info.size = info_out->size < sizeof info ? info_out->size : (uint32_t)sizeof info;
    memcpy(info_out, &info, info.size);
    return EXECZ_OK;
}

static const char *
host_plugin_file(const execz_host *abi)
{
    return host_of(abi)->plugin_path;
}

static const char *
host_function_path(const execz_host *abi)
{
    return host_of(abi)->function_path;
}

static const void *
host_extension(const execz_host *abi, const char *id)
{
    static const execz_paths_ext paths = {sizeof paths, 0, host_plugin_file, host_function_path};
    bool has = host_of(abi)->function_path != NULL && strcmp(id, EXECZ_EXTENSION_PATHS) == 0;

    return has ? &paths : NULL;
}

/* Takes the run, as nobody else can any more, and executes it; false if somebody has. */
static bool
work_on(host *self, execz_run token)
{
    run *one;
    bool taken;

    pthread_mutex_lock(&self->lock);
    one = find_locked(self, token);
    taken = one != NULL && one->executed == 0;
    if (taken) {
        for (uint32_t i = 0; i < one->n && !one->interrupted; i++) {
            run_body_locked(self, one);
        }
        one->executed = one->n; /* also if it was interrupted before */
    }
    pthread_mutex_unlock(&self->lock);
    return taken;
}

static void
host_work(const execz_host *abi, execz_run (*next)(void *user, execz_run done), void *user)
{
    execz_run token, done = 0;

    while ((token = next(user, done)) != 0) {
        done = work_on(host_of(abi), token) ? token : 0;
        if (done != 0) {
            (void)host_finish(abi, token, NULL, 0);
        }
    }
}

static execz_status
host_retract(const execz_host *abi, execz_run token)
{
    host *self = host_of(abi);
    run *one;
    bool waiting;

    pthread_mutex_lock(&self->lock);
    one = find_locked(self, token);
    waiting = one != NULL && one->executed == 0;
    if (waiting) {
        one->interrupted = true;
        one->executed = one->n; /* nobody executes it any more */
    }
    pthread_mutex_unlock(&self->lock);
    return waiting ? host_finish(abi, token, NULL, 0) : EXECZ_E_STATE;
}

static uint32_t
host_unfinished(const execz_host *abi)
{
    host *self = host_of(abi);
    uint32_t n = 0;

    pthread_mutex_lock(&self->lock);
    for (uint32_t i = 0; i < self->n_runs; i++) {
        n += self->runs[i].open;
    }
    pthread_mutex_unlock(&self->lock);
    return n;
}

static void
host_soon(const execz_host *abi, execz_run token)
{
    (void)abi;
    (void)token;
}

const execz_host host_table = {sizeof host_table,
                               EXECZ_ABI,
                               "stranger",
                               "1",
                               NULL,
                               host_log,
                               host_now,
                               host_option,
                               host_option_i64,
                               host_realloc,
                               host_post,
                               host_thread,
                               host_execute,
                               host_started,
                               host_output,
                               host_finish,
                               host_interrupt,
                               host_describe,
                               host_extension,
                               host_work,
                               host_retract,
                               host_unfinished,
                               host_soon};
