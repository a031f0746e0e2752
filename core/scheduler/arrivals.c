/* SPDX-License-Identifier: MIT */
#include "scheduler/arrivals.h"

#include "base/error.h"
#include "plugin/probe.h"
#include "plugin/watch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* One file as it was last. */
typedef struct known {
    char *sum;   /* owned; "" if it could not be read */
    char *alias; /* owned */
    bool seen;   /* in this round */
    bool usable; /* it was, at least once */
} known;

struct ez_arrivals {
    execz_scheduler *scheduler;
    int stop_fd;
    pthread_t thread;

    /* Of the thread, once it has started. */
    ez_plugin_watch *watch; /* owned */
    GHashTable *files;      /* path -> known, both owned */

    pthread_mutex_t lock;
    GPtrArray *news;   /* guarded by lock */
    atomic_bool ready; /* there is some */
};

void
ez_plugin_news_free(void *data)
{
    ez_plugin_news *news = data;

    g_free(news->path);
    g_free(news->alias);
    g_free(news->version);
    g_free(news->sum);
    g_free(news);
}

static void
free_known(void *data)
{
    known *file = data;

    g_free(file->sum);
    g_free(file->alias);
    g_free(file);
}

/* ---- what is there --------------------------------------------------------------------------- */

static const char *
alias_of(const ez_plugin_file *file)
{
    return file->n_parts > 0 ? file->parts[0].aliases[0] : file->stem;
}

/* Whether this is what it was; remembers it. */
static bool
is_known(ez_arrivals *self, const ez_plugin_file *file)
{
    known *it = g_hash_table_lookup(self->files, file->path);
    bool same = it != NULL && file->key.sum[0] != '\0' && strcmp(it->sum, file->key.sum) == 0;

    if (it == NULL) {
        it = g_new0(known, 1);
        g_hash_table_insert(self->files, g_strdup(file->path), it);
    }
    it->seen = true;
    if (!same) {
        g_free(it->sum);
        g_free(it->alias);
        it->sum = g_strdup(file->key.sum);
        it->alias = g_strdup(alias_of(file));
    }
    return same;
}

static ez_plugin_news *
news_of(const ez_plugin_file *file)
{
    ez_plugin_news *news = g_new0(ez_plugin_news, 1);

    news->what = file->refusal.status == EXECZ_OK ? EZ_ARRIVAL_USABLE : EZ_ARRIVAL_BROKEN;
    news->path = g_strdup(file->path);
    news->alias = g_strdup(alias_of(file));
    news->version = g_strdup(file->version);
    news->sum = g_strdup(file->key.sum);
    news->why = file->refusal;
    return news;
}

/* A file that somebody is writing stays what it was: when it is closed we hear of it. */
static void
look_at(ez_arrivals *self, const ez_plugin_file *file, GPtrArray *news)
{
    known *it = g_hash_table_lookup(self->files, file->path);

    if (ez_plugin_is_being_written(file->path)) {
        if (it != NULL) {
            it->seen = true;
        }
    } else if (!is_known(self, file)) {
        g_ptr_array_add(news, news_of(file));
    }
}

static void
tell_gone(ez_arrivals *self, GPtrArray *news)
{
    GHashTableIter iter;
    void *path, *value;

    g_hash_table_iter_init(&iter, self->files);
    while (g_hash_table_iter_next(&iter, &path, &value)) {
        known *it = value;

        if (!it->seen) {
            ez_plugin_news *one = g_new0(ez_plugin_news, 1);

            one->what = EZ_ARRIVAL_GONE;
            one->path = g_strdup(path);
            one->alias = g_strdup(it->alias);
            one->was_usable = it->usable;
            g_ptr_array_add(news, one);
            g_hash_table_iter_remove(&iter);
        } else {
            it->seen = false;
        }
    }
}

/* The files that executors name by their paths. */
static GPtrArray *
named_paths(execz_scheduler *scheduler)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    void *value;

    pthread_mutex_lock(&scheduler->lock);
    g_hash_table_iter_init(&iter, scheduler->places);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const ez_wish *wish = ((const ez_executor_place *)value)->wish;

        if (wish->type[0] == '/') {
            g_ptr_array_add(paths, g_strdup(wish->type));
        }
    }
    pthread_mutex_unlock(&scheduler->lock);
    return paths;
}

/* Reads the catalog, anew if again is set.  A file is gone when the catalog, which the loop looks into
 * for what to do about that, says so: one that vanishes in this very moment is gone the next time. */
static GPtrArray *
look(ez_arrivals *self, bool again)
{
    execz_scheduler *scheduler = self->scheduler;
    g_autoptr(GPtrArray) paths = named_paths(scheduler);
    GPtrArray *news = g_ptr_array_new_with_free_func(ez_plugin_news_free);

    pthread_mutex_lock(&scheduler->catalog_lock);
    if (again) {
        ez_catalog_scan(scheduler->catalog);
    }
    for (guint i = 0; i < paths->len; i++) {
        execz_error ignored = EXECZ_ERROR_INIT;

        (void)ez_catalog_find_file(scheduler->catalog, paths->pdata[i], &ignored);
    }
    for (size_t i = 0; i < ez_catalog_count(scheduler->catalog); i++) {
        const ez_plugin_file *file = ez_catalog_get(scheduler->catalog, i);

        if (file->refusal.status != EXECZ_E_NOT_FOUND) {
            look_at(self, file, news);
        }
    }
    pthread_mutex_unlock(&scheduler->catalog_lock);
    tell_gone(self, news);
    return news;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void
watch_all(ez_arrivals *self)
{
    execz_scheduler *scheduler = self->scheduler;
    g_autoptr(GPtrArray) paths = named_paths(scheduler);
    g_auto(GStrv) directories = NULL;

    pthread_mutex_lock(&scheduler->catalog_lock);
    directories = ez_catalog_directories(scheduler->catalog);
    pthread_mutex_unlock(&scheduler->catalog_lock);
    ez_plugin_watch_set(self->watch, (const char *const *)directories);
    for (guint i = 0; i < paths->len; i++) {
        g_autofree char *directory = g_path_get_dirname(paths->pdata[i]);
        const char *one[] = {directory, NULL};

        ez_plugin_watch_set(self->watch, one);
    }
}

static void
note_usable(ez_arrivals *self, const ez_plugin_news *news)
{
    known *it = g_hash_table_lookup(self->files, news->path); /* none of one that is gone */

    if (it != NULL) {
        it->usable |= news->what == EZ_ARRIVAL_USABLE;
    }
}

/* False if it is to stop. */
static bool
probe_all(ez_arrivals *self, GPtrArray *news)
{
    for (guint i = 0; i < news->len; i++) {
        ez_plugin_news *one = news->pdata[i];
        execz_error err = EXECZ_ERROR_INIT;
        execz_status status = EXECZ_OK;

        if (one->what == EZ_ARRIVAL_USABLE) {
            status = ez_plugin_probe(self->scheduler->services.plugin_host, one->path,
                                     self->stop_fd, &err);
        }
        if (status == EXECZ_E_CANCELLED) {
            return false;
        }
        if (status != EXECZ_OK) {
            one->what = EZ_ARRIVAL_BROKEN;
            one->why = err;
        }
        note_usable(self, one);
    }
    return true;
}

/* Takes news. */
static void
deliver(ez_arrivals *self, GPtrArray *news)
{
    if (news->len > 0) {
        pthread_mutex_lock(&self->lock);
        g_ptr_array_extend_and_steal(self->news, news);
        pthread_mutex_unlock(&self->lock);
        atomic_store(&self->ready, true);
        ez_mailbox_ring(&self->scheduler->mailbox);
    } else {
        g_ptr_array_unref(news);
    }
}

static void *
watch(void *argument)
{
    ez_arrivals *self = argument;

    do {
        GPtrArray *news;

        watch_all(self); /* before the look: nothing happens unseen between the two */
        news = look(self, true);
        if (!probe_all(self, news)) {
            g_ptr_array_unref(news);
            break;
        }
        deliver(self, news);
    } while (ez_plugin_watch_wait(self->watch, self->stop_fd));
    return NULL;
}

/* Deaf to signals: they are for the threads of the program. */
static int
start_thread(ez_arrivals *self)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&self->thread, NULL, watch, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static void
arrivals_free(ez_arrivals *self)
{
    if (self->stop_fd >= 0) {
        close(self->stop_fd);
    }
    ez_plugin_watch_free(self->watch);
    g_hash_table_unref(self->files);
    g_ptr_array_unref(self->news);
    pthread_mutex_destroy(&self->lock);
    g_free(self);
}

static void
note_old(void *news, void *self)
{
    note_usable(self, news);
}

ez_arrivals *
ez_arrivals_start(execz_scheduler *scheduler, execz_error *err)
{
    ez_arrivals *self = g_new0(ez_arrivals, 1);
    int error = 0;

    self->scheduler = scheduler;
    self->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_known);
    self->news = g_ptr_array_new_with_free_func(ez_plugin_news_free);
    pthread_mutex_init(&self->lock, NULL);
    self->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    self->watch = ez_plugin_watch_new(err);
    if (self->watch != NULL && self->stop_fd >= 0) {
        g_autoptr(GPtrArray) old = look(self, false); /* what it was made with is no news */

        g_ptr_array_foreach(old, note_old, self);
        error = start_thread(self);
    }
    if (self->watch == NULL || self->stop_fd < 0 || error != 0) {
        ez_fail(err, EXECZ_E_IO, "cannot watch the directories of plugins: %s",
                g_strerror(error != 0 ? error : errno));
        arrivals_free(self);
        return NULL;
    }
    return self;
}

void
ez_arrivals_stop(ez_arrivals *self)
{
    if (self != NULL) {
        (void)eventfd_write(self->stop_fd, 1);
        pthread_join(self->thread, NULL);
        arrivals_free(self);
    }
}

bool
ez_arrivals_any(ez_arrivals *self)
{
    return self != NULL && atomic_load_explicit(&self->ready, memory_order_acquire);
}

GPtrArray *
ez_arrivals_take(ez_arrivals *self)
{
    GPtrArray *news;

    pthread_mutex_lock(&self->lock);
    atomic_store(&self->ready, false);
    news = g_steal_pointer(&self->news);
    self->news = g_ptr_array_new_with_free_func(ez_plugin_news_free);
    pthread_mutex_unlock(&self->lock);
    return news;
}
