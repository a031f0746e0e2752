/* SPDX-License-Identifier: MIT */
/* The conversation with the zygote: asking for workers, and what it reports. */
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Forks that are asked for and not answered: more would fill the socket. */
#define ASKED_MAX 32u

/* ---- forking -------------------------------------------------------------------------------- */

/* The pool grows when runs wait for a worker. */
static void
raise_target_locked(pool *self)
{
    uint32_t most = self->settings.max_workers, wanted;

    if (self->queued > self->n_starting && self->idle == NULL) {
        wanted = self->n_workers + self->queued - self->n_starting;
        wanted = wanted < most ? wanted : most;
        self->target = wanted > self->target ? wanted : self->target;
    }
}

/* How many workers have to be forked: those that died, and more if runs wait for one. */
static uint32_t
missing_locked(pool *self, wakes *due)
{
    uint32_t n, room;

    raise_target_locked(self);
    spare_promote_locked(self, due);
    if (!spare_is_wanted_locked(self) || self->n_starting >= ASKED_MAX ||
        pool_now() < self->hold_until) {
        return 0;
    }
    n = self->target - self->n_workers;
    room = ASKED_MAX - self->n_starting;
    return n < room ? n : room;
}

static void
enter_worker(worker *self, int spare)
{
    pool *owner = self->pool;

    pthread_mutex_lock(&owner->lock);
    self->next = owner->workers;
    owner->workers = self;
    owner->n_workers += !spare;
    owner->n_starting += !spare;
    self->spare = spare;
    if (spare) {
        owner->spare = self;
        spare_teach_locked(self);
    }
    self->owed_since = pool_now();
    pthread_mutex_unlock(&owner->lock);
}

static int
ask_for_worker(pool *self, int spare)
{
    wire_message message = {.kind = WIRE_FORK};
    int fds[2];
    worker *one = worker_new(self, &fds[0], &fds[1]);
    int result;

    if (one == NULL) {
        return -errno;
    }
    message.worker = one->number;
    message.value = one->mark;
    atomic_store(&one->ring->role, spare ? WIRE_SPARE : WIRE_WORKER);
    result = supervisor_watch(self, one->socket, TAG_WORKER + one->number);
    if (result == 0) {
        result = wire_send(self->zygote_socket, &message, fds, 2, MSG_DONTWAIT);
    }
    close(fds[0]);
    close(fds[1]);
    if (result != 0) {
        worker_free(one);
        return result;
    }
    enter_worker(one, spare);
    return 0;
}

void
zygote_want_workers(pool *self)
{
    wakes due = {.n = 0};
    char text[128];
    int result = 0, spare;
    uint32_t n;

    if (self->zygote_socket < 0 || !self->zygote_ready) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    n = missing_locked(self, &due);
    spare = spare_is_missing_locked(self);
    spare_dismiss_locked(self);
    pthread_mutex_unlock(&self->lock);
    wakes_deliver(&due);
    for (n += spare; n > 0 && result == 0; n--) {
        result = ask_for_worker(self, spare);
    }
    if (result != 0 && result != -EAGAIN && result != -EPIPE) {
        (void)snprintf(text, sizeof text, "no memory or descriptors for it: %s", strerror(-result));
        death_unborn(self, text);
    }
}

/* ---- its messages --------------------------------------------------------------------------- */

static worker *
find_worker(pool *self, uint32_t number)
{
    worker *at = self->workers;

    while (at != NULL && at->number != number) {
        at = at->next;
    }
    return at;
}

static void
take_forked(worker *one, const wire_message *message, int *pidfd)
{
    pool *owner = one->pool;

    pthread_mutex_lock(&owner->lock);
    one->pid = message->pid;
    one->pidfd = *pidfd;
    *pidfd = -1;
    one->owed_since = 0;
    if (one->killed != KILLED_NOT) {
        worker_kill_locked(one, one->killed);
    }
    pthread_mutex_unlock(&owner->lock);
}

static void
take_stopped(worker *one, int stopped)
{
    pool *owner = one->pool;
    wakes due = {.n = 0};

    pthread_mutex_lock(&owner->lock);
    one->stopped_since = stopped ? pool_now() : 0;
    if (stopped) {
        dispatch_not_idle_locked(one);
        dispatch_take_back_locked(one);
        dispatch_locked(owner, &due);
    } else {
        dispatch_more_locked(one, &due);
    }
    pthread_mutex_unlock(&owner->lock);
    wakes_deliver(&due);
}

static void
take_ready(pool *self, const wire_message *message)
{
    self->zygote_ready = message->value == WIRE_VERSION;
    self->zygote_deaths = 0;
    if (!self->zygote_ready) {
        execz_base_log(self->base, EXECZ_LOG_ERROR,
                       "%s is of another version than the plugin: install both from one build",
                       self->settings.program);
        death_unborn(self, "execz-worker and the plugin are of different versions");
    } else if (message->text[0] != '\0') {
        execz_base_log(self->base, EXECZ_LOG_ERROR, "preload: %s", message->text);
    }
}

static void
take_message(pool *self, const wire_message *message, int *fd)
{
    worker *one = find_worker(self, message->worker);

    if (message->kind == WIRE_ZYGOTE_READY) {
        take_ready(self, message);
    } else if (one == NULL) {
        return;
    } else if (message->kind == WIRE_FORKED) {
        take_forked(one, message, fd);
    } else if (message->kind == WIRE_FORK_FAILED) {
        one->told = 1;
        death_unborn(self, message->text);
        death_complete(one, message);
    } else if (message->kind == WIRE_EXITED) {
        death_complete(one, message);
    } else if (message->kind == WIRE_STOPPED || message->kind == WIRE_CONTINUED) {
        take_stopped(one, message->kind == WIRE_STOPPED);
    }
}

int
zygote_receive(pool *self)
{
    wire_message message;
    int fds[2];
    int result;

    while ((result = wire_receive(self->zygote_socket, &message, fds, MSG_DONTWAIT)) > 0) {
        take_message(self, &message, &fds[0]);
        for (int i = 0; i < 2; i++) {
            if (fds[i] >= 0) {
                close(fds[i]);
            }
        }
    }
    return result == -EAGAIN;
}
