/* SPDX-License-Identifier: MIT */
#include "host.h"

#include "table.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void
check(bool condition, const char *text, const char *file, int line)
{
    if (!condition) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
        abort();
    }
}

/* ---- life ------------------------------------------------------------------------------------ */

static const execz_component *
load(const char *path)
{
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const execz_plugin *(*entry)(uint32_t);
    const execz_plugin *plugin;
    void *symbol;

    if (module == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        abort();
    }
    symbol = dlsym(module, "execz_plugin_entry");
    CHECK(symbol != NULL);
    memcpy(&entry, &symbol, sizeof entry);
    plugin = entry(EXECZ_ABI);
    CHECK(plugin != NULL && plugin->magic == EXECZ_PLUGIN_MAGIC && plugin->n_components == 1);
    CHECK(strcmp(plugin->components[0]->kind, EXECZ_KIND_EXECUTOR) == 0);
    return plugin->components[0];
}

static void
init_lock(host *self)
{
    pthread_mutexattr_t of_lock;
    pthread_condattr_t of_changed;

    pthread_mutexattr_init(&of_lock);
    pthread_mutexattr_setpshared(&of_lock, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&self->lock, &of_lock);
    pthread_mutexattr_destroy(&of_lock);
    pthread_condattr_init(&of_changed);
    pthread_condattr_setpshared(&of_changed, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&self->changed, &of_changed);
    pthread_condattr_destroy(&of_changed);
}

host *
host_new(const char *path)
{
    int fd = memfd_create("host", MFD_CLOEXEC);
    host *self;

    CHECK(fd >= 0 && ftruncate(fd, sizeof *self) == 0);
    self = mmap(NULL, sizeof *self, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(self != MAP_FAILED);
    (void)snprintf(self->path, sizeof self->path, "/proc/%d/fd/%d", (int)getpid(), fd);
    self->abi = host_table;
    self->component = load(path);
    self->plugin_path = path;
    self->ops = self->component->ops;
    self->max_workers = self->queue_limit = -1;
    init_lock(self);
    return self;
}

bool
host_has_option(const host *self, const char *name)
{
    return find_option(self, name) != NULL;
}

bool
host_try_start(host *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    memset(self->runs, 0, self->n_runs * sizeof self->runs[0]);
    self->n_runs = 0;
    self->bodies = self->bodies_max = self->began = self->finished = self->misused = 0;
    return self->ops->start(&self->abi, "under-test", &self->executor, &err) == EXECZ_OK;
}

void
host_start(host *self)
{
    CHECK(host_try_start(self));
}

void
host_stop(host *self)
{
    /* A thread may start another as long as it lives. */
    for (uint32_t i = 0; i < host_read(self, &self->n_threads); i++) {
        pthread_join(self->threads[i], NULL);
    }
    self->n_threads = 0;
    self->ops->destroy(self->executor);
    self->executor = NULL;
    for (uint32_t i = 0; i < self->n_runs; i++) {
        CHECK(self->runs[i].finished == (self->runs[i].answer == EXECZ_OK));
    }
    CHECK(self->misused == 0);
    CHECK(self->allocated == 0);
}

run *
host_open(host *self, const char *task_id, uint32_t n, bool blocks)
{
    static uint64_t generation = 0;
    run *one;

    pthread_mutex_lock(&self->lock);
    CHECK(self->n_runs < RUNS_MAX);
    one = &self->runs[self->n_runs++];
    one->token = ++generation << 32 | self->n_runs;
    one->task = (execz_task){.size = sizeof one->task,
                             .kind = EXECZ_TASK_FUNCTION,
                             .id = task_id,
                             .name = task_id,
                             .max_instances = RUNS_MAX,
                             .misfire_grace_time = -1, /* see host_now() */
                             .kill_grace = EXECZ_MINUTE,
                             .module_path = CONFORMANCE_BODIES,
                             .function = "conformance_bodies:body",
                             .content_type = "application/json",
                             .args = one->args,
                             .args_length = (uint64_t)snprintf(one->args, sizeof one->args,
                                                               "{\"host\": \"%s\", \"run\": %u}",
                                                               self->path, self->n_runs - 1)};
    one->n = n;
    for (uint32_t i = 0; i < n; i++) {
        one->times[i] = read_clock(CLOCK_REALTIME) + i;
    }
    one->blocks = blocks;
    one->open = true;
    one->answer = EXECZ_E_FAIL; /* not sent */
    pthread_mutex_unlock(&self->lock);
    return one;
}

execz_status
host_send(host *self, run *one)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;

    status = self->ops->send_task(self->executor, &one->task, one->times, one->n, one->token, &err);
    if (status == EXECZ_OK && self->ops->size > offsetof(execz_executor_ops, flush) &&
        self->ops->flush != NULL) {
        self->ops->flush(self->executor);
    }
    pthread_mutex_lock(&self->lock);
    one->answer = status;
    if (status != EXECZ_OK) {
        CHECK(one->finished == 0);
        one->open = false;
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

run *
host_submit(host *self, const char *task_id, bool blocks)
{
    run *one = host_open(self, task_id, 1, blocks);

    CHECK(host_send(self, one) == EXECZ_OK);
    return one;
}

execz_status
host_shutdown(host *self, uint32_t flags, int64_t wait_ms)
{
    int64_t deadline =
        wait_ms < 0 ? EXECZ_NO_DEADLINE : read_clock(CLOCK_MONOTONIC) + wait_ms * EXECZ_MILLISECOND;
    execz_error err = EXECZ_ERROR_INIT;

    return self->ops->shutdown(self->executor, flags, deadline, &err);
}

void
host_release(host *self, run *one)
{
    pthread_mutex_lock(&self->lock);
    for (uint32_t i = 0; i < self->n_runs; i++) {
        if (one == NULL || one == &self->runs[i]) {
            self->runs[i].released = true;
        }
    }
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

void
host_release_one(host *self)
{
    uint32_t i = 0;

    pthread_mutex_lock(&self->lock);
    while (i < self->n_runs && (self->runs[i].executed == 0 || self->runs[i].released)) {
        i++;
    }
    CHECK(i < self->n_runs);
    self->runs[i].released = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

void
host_wait_for(host *self, const unsigned *figure, unsigned at_least)
{
    int64_t end = read_clock(CLOCK_REALTIME) + EXECZ_MINUTE;
    struct timespec until = {end / EXECZ_SECOND, end % EXECZ_SECOND};
    int waited = 0;

    pthread_mutex_lock(&self->lock);
    while (*figure < at_least && waited == 0) {
        waited = pthread_cond_timedwait(&self->changed, &self->lock, &until);
    }
    CHECK(*figure >= at_least);
    pthread_mutex_unlock(&self->lock);
}

unsigned
host_read(host *self, const unsigned *figure)
{
    unsigned value;

    pthread_mutex_lock(&self->lock);
    value = *figure;
    pthread_mutex_unlock(&self->lock);
    return value;
}

unsigned
host_count_workers(host *self, unsigned otherwise)
{
    execz_stats stats = {.size = sizeof stats};

    if (self->ops->stats == NULL) {
        return otherwise;
    }
    CHECK(self->ops->stats(self->executor, &stats) == EXECZ_OK);
    return stats.workers;
}
