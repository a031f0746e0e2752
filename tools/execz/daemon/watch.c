/* SPDX-License-Identifier: MIT */
#include "daemon/watch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <execz/event.h>
#include <glib.h>

/* EXECZ_EVENT_STORE_RECOVERED: what has ended while the store failed is in the history now. */
#define HEARD                                                                                      \
    (EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_RETRY | EXECZ_EVENT_TASK_MAX_INSTANCES |              \
     EXECZ_EVENT_STORE_RECOVERED)

/* Tasks, or all of them. */
typedef struct ended {
    GHashTable *tasks; /* ids, owned */
    bool all;
} ended;

struct ez_watch {
    execz_scheduler *scheduler;
    uint64_t listener;
    int fd;
    atomic_uint n_waiting;
    ended noted; /* the loop's own */
    ended taken; /* the server's own */

    pthread_mutex_t lock;
    ended told; /* guarded by lock */
};

static bool
is_empty(const ended *self)
{
    return !self->all && g_hash_table_size(self->tasks) == 0;
}

static void
clear(ended *self)
{
    g_hash_table_remove_all(self->tasks);
    self->all = false;
}

static void
swap(ended *one, ended *other)
{
    ended kept = *one;

    *one = *other;
    *other = kept;
}

/* Moves all of from to self. */
static void
merge(ended *self, ended *from)
{
    GHashTableIter at;
    void *id;

    if (is_empty(self)) {
        swap(self, from);
        return;
    }
    self->all |= from->all;
    g_hash_table_iter_init(&at, from->tasks);
    while (g_hash_table_iter_next(&at, &id, NULL)) {
        g_hash_table_iter_steal(&at);
        g_hash_table_add(self->tasks, id);
    }
    clear(from);
}

static void
hear(void *user, const execz_event *event)
{
    ez_watch *self = user;

    if (atomic_load(&self->n_waiting) == 0) {
        return;
    }
    if (event->code == EXECZ_EVENT_STORE_RECOVERED) {
        self->noted.all = true;
    } else if (!g_hash_table_contains(self->noted.tasks, event->task)) {
        g_hash_table_add(self->noted.tasks, g_strdup(event->task));
    }
}

void
ez_watch_tell(ez_watch *self)
{
    const uint64_t one = 1;

    if (is_empty(&self->noted)) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    merge(&self->told, &self->noted);
    pthread_mutex_unlock(&self->lock);
    (void)!write(self->fd, &one, sizeof one); /* fails if it counts too far: it is readable then */
}

int
ez_watch_fd(const ez_watch *self)
{
    return self->fd;
}

void
ez_watch_enter(ez_watch *self)
{
    atomic_fetch_add(&self->n_waiting, 1);
}

void
ez_watch_leave(ez_watch *self)
{
    atomic_fetch_sub(&self->n_waiting, 1);
}

void
ez_watch_take(ez_watch *self)
{
    uint64_t n;

    clear(&self->taken);
    (void)!read(self->fd, &n, sizeof n); /* fails if nothing was told */
    pthread_mutex_lock(&self->lock);
    swap(&self->taken, &self->told);
    pthread_mutex_unlock(&self->lock);
}

bool
ez_watch_has(const ez_watch *self, const char *task)
{
    return self->taken.all || (task == NULL ? !is_empty(&self->taken)
                                            : g_hash_table_contains(self->taken.tasks, task));
}

ez_watch *
ez_watch_new(execz_scheduler *scheduler)
{
    ez_watch *self = g_new0(ez_watch, 1);
    ended *const sets[] = {&self->noted, &self->told, &self->taken};

    self->scheduler = scheduler;
    self->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->fd < 0) {
        g_free(self);
        return NULL;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        sets[i]->tasks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    }
    pthread_mutex_init(&self->lock, NULL);
    self->listener = execz_scheduler_add_listener(scheduler, HEARD, hear, self);
    return self;
}

void
ez_watch_free(ez_watch *self)
{
    if (self != NULL) {
        (void)execz_scheduler_remove_listener(self->scheduler, self->listener, NULL);
        g_hash_table_unref(self->noted.tasks);
        g_hash_table_unref(self->told.tasks);
        g_hash_table_unref(self->taken.tasks);
        pthread_mutex_destroy(&self->lock);
        close(self->fd);
        g_free(self);
    }
}
