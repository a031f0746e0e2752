/* SPDX-License-Identifier: MIT */
/* A thread that has run out is joined by the next start, or at the end: so an executor that takes a
 * thread for each run leaves no heap of corpses, and nobody joins a thread that still runs. */
#include "executor/threads.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include <glib.h>

struct ez_thread {
    ez_threads *owner;
    pthread_t id;
    void (*function)(void *);
    void *argument;
    ez_thread *next;
    char name[16]; /* what the kernel keeps */
};

void
ez_threads_init(ez_threads *self)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&self->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->all_ended, &attributes);
    pthread_condattr_destroy(&attributes);
    self->n_running = 0;
    self->ended = NULL;
}

void
ez_threads_deinit(ez_threads *self)
{
    pthread_cond_destroy(&self->all_ended);
    pthread_mutex_destroy(&self->lock);
}

/* Also when its function has called pthread_exit(). */
static void
end_thread(void *argument)
{
    ez_thread *self = argument;
    ez_threads *owner = self->owner;

    pthread_mutex_lock(&owner->lock);
    self->id = pthread_self();
    self->next = owner->ended;
    owner->ended = self;
    if (--owner->n_running == 0) {
        pthread_cond_broadcast(&owner->all_ended);
    }
    pthread_mutex_unlock(&owner->lock);
}

static void *
run_thread(void *argument)
{
    ez_thread *self = argument;

    pthread_setname_np(pthread_self(), self->name);
    g_free(g_malloc(1)); /* its own heap, which the first call makes: no run is to wait for that */
    pthread_cleanup_push(end_thread, self);
    self->function(self->argument);
    pthread_cleanup_pop(1);
    return NULL;
}

static void
join_ended(ez_threads *self)
{
    ez_thread *at, *next;

    pthread_mutex_lock(&self->lock);
    at = self->ended;
    self->ended = NULL;
    pthread_mutex_unlock(&self->lock);
    for (; at != NULL; at = next) {
        next = at->next;
        pthread_join(at->id, NULL);
        g_free(at);
    }
}

execz_status
ez_threads_start(ez_threads *self, const char *name, void (*function)(void *), void *argument)
{
    ez_thread *thread = g_new0(ez_thread, 1);
    sigset_t all, before;
    pthread_t id; /* not thread->id: it may have ended, and been freed, before this is stored */
    int failed;

    join_ended(self);
    thread->owner = self;
    thread->function = function;
    thread->argument = argument;
    g_strlcpy(thread->name, name == NULL ? "execz" : name, sizeof thread->name);
    pthread_mutex_lock(&self->lock);
    self->n_running++;
    pthread_mutex_unlock(&self->lock);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&id, NULL, run_thread, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed == 0) {
        return EXECZ_OK;
    }
    pthread_mutex_lock(&self->lock);
    self->n_running--;
    pthread_mutex_unlock(&self->lock);
    g_free(thread);
    return failed == EAGAIN ? EXECZ_E_LIMIT : EXECZ_E_FAIL;
}

bool
ez_threads_join(ez_threads *self, int64_t deadline)
{
    struct timespec until = {deadline / EXECZ_SECOND, deadline % EXECZ_SECOND};
    int waited = 0;
    bool ended;

    pthread_mutex_lock(&self->lock);
    while (self->n_running > 0 && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&self->all_ended, &self->lock, &until);
    }
    ended = self->n_running == 0;
    pthread_mutex_unlock(&self->lock);
    join_ended(self);
    return ended;
}

unsigned
ez_threads_running(ez_threads *self)
{
    unsigned n;

    pthread_mutex_lock(&self->lock);
    n = self->n_running;
    pthread_mutex_unlock(&self->lock);
    return n;
}
