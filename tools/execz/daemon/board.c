/* SPDX-License-Identifier: MIT */
#include "daemon/board.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <execz/state.h>

struct ez_board {
    execz_scheduler *scheduler;
    int fd;

    /* Guarded by lock. */
    pthread_mutex_t lock;
    pthread_cond_t told;
    uint64_t n_told;
    json_t *figures; /* owned */
};

ez_board *
ez_board_new(execz_scheduler *scheduler)
{
    ez_board *self = g_new0(ez_board, 1);
    pthread_condattr_t monotonic;

    self->scheduler = scheduler;
    self->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->fd < 0) {
        g_free(self);
        return NULL;
    }
    self->figures = json_pack("{s:[], s:{}}", "executors", "store");
    pthread_mutex_init(&self->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&self->told, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return self;
}

void
ez_board_free(ez_board *self)
{
    if (self != NULL) {
        close(self->fd);
        json_decref(self->figures);
        pthread_cond_destroy(&self->told);
        pthread_mutex_destroy(&self->lock);
        g_free(self);
    }
}

int
ez_board_fd(const ez_board *self)
{
    return self->fd;
}

static void
add_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL) {
        g_autofree char *valid = g_utf8_make_valid(text, -1);

        json_object_set_new(object, key, json_string(valid));
    }
}

static void
add_count(json_t *object, const char *key, uint64_t count)
{
    json_object_set_new(object, key, json_integer((json_int_t)MIN(count, INT64_MAX)));
}

static void
add_seconds(json_t *object, const char *key, execz_duration duration)
{
    json_object_set_new(object, key, json_real((double)duration / (double)EXECZ_SECOND));
}

static void
add_executor(void *user, const execz_executor_info *info)
{
    json_t *executor = json_object();

    add_text(executor, "alias", info->alias);
    add_text(executor, "type", info->type);
    add_text(executor, "path", info->path);
    add_text(executor, "unavailable", info->unavailable);
    add_text(executor, "unhealthy", info->health_why);
    add_count(executor, "unfinished", info->unfinished);
    add_count(executor, "workers", info->stats.workers);
    add_count(executor, "busy", info->stats.busy);
    add_count(executor, "queued", info->stats.queued);
    add_count(executor, "accepted", info->stats.accepted);
    add_count(executor, "refused", info->stats.refused);
    add_seconds(executor, "waited", info->stats.wait_time);
    if (info->unavailable != NULL && info->health == EXECZ_HEALTH_DOWN) {
        json_object_set_new(executor, "quarantined", json_true());
    }
    json_array_append_new(user, executor);
}

static json_t *
tell_store(execz_scheduler *scheduler)
{
    execz_store_info info = {.size = sizeof info};
    execz_store_figures figures = {.size = sizeof figures};
    json_t *store = json_object();

    execz_scheduler_get_store(scheduler, &info);
    execz_scheduler_get_store_figures(scheduler, &figures);
    add_text(store, "type", info.type);
    add_text(store, "state_dir", info.state_dir);
    json_object_set_new(store, "durable", json_boolean(info.durable));
    json_object_set_new(store, "fails", json_boolean(info.failing_since != 0));
    add_count(store, "waiting", info.waiting);
    add_count(store, "quarantined", info.quarantined);
    add_count(store, "commits", figures.commits);
    add_seconds(store, "commit_time", figures.commit_time);
    add_count(store, "failures", figures.failures);
    add_count(store, "lost", figures.lost);
    return store;
}

void
ez_board_tell(ez_board *self)
{
    uint64_t asked;
    json_t *figures, *executors;

    if (read(self->fd, &asked, sizeof asked) != sizeof asked) {
        return; /* nobody asks */
    }
    executors = json_array();
    execz_scheduler_list_executors(self->scheduler, add_executor, executors);
    figures = json_pack("{s:o, s:o}", "executors", executors, "store", tell_store(self->scheduler));
    pthread_mutex_lock(&self->lock);
    json_decref(self->figures);
    self->figures = figures;
    self->n_told++;
    pthread_cond_broadcast(&self->told);
    pthread_mutex_unlock(&self->lock);
}

static struct timespec
end_of_patience(void)
{
    struct timespec now;
    int64_t end;

    clock_gettime(CLOCK_MONOTONIC, &now);
    end = now.tv_sec * EXECZ_SECOND + now.tv_nsec + EZ_BOARD_PATIENCE;
    return (struct timespec){end / EXECZ_SECOND, end % EXECZ_SECOND};
}

json_t *
ez_board_ask(ez_board *self, bool *busy_out)
{
    const uint64_t one = 1;
    struct timespec end = end_of_patience();
    int waited = 0;
    uint64_t before;
    json_t *copy;

    pthread_mutex_lock(&self->lock);
    before = self->n_told;
    if (write(self->fd, &one, sizeof one) != sizeof one) {
        waited = ETIMEDOUT; /* cannot be: it counts far */
    }
    while (self->n_told == before && waited == 0) {
        waited = pthread_cond_timedwait(&self->told, &self->lock, &end);
    }
    *busy_out = self->n_told == before;
    copy = json_deep_copy(self->figures);
    pthread_mutex_unlock(&self->lock);
    return copy;
}
