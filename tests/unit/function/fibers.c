/* SPDX-License-Identifier: MIT */
#include "fibers.h"

#include "function/waiter.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>

#include <glib.h>

typedef struct fiber {
    execz_waiter waiter;
    pthread_t thread;
    sem_t go; /* its turn */
    void (*entry)(void *argument, const execz_waiter *waiter);
    void *argument;
    struct fiber *next;
    bool ended;
    bool cancelled;
} fiber;

static fiber *all;
static sem_t back; /* the loop's turn */
static unsigned n_spawned;
static const execz_waiter table;

static void
suspend(fiber *self)
{
    sem_post(&back);
    while (sem_wait(&self->go) != 0) {
    }
}

static void *
run(void *argument)
{
    fiber *self = argument;

    while (sem_wait(&self->go) != 0) {
    }
    self->entry(self->argument, &self->waiter);
    self->ended = true;
    sem_post(&back);
    return NULL;
}

static fiber *
start(void (*entry)(void *argument, const execz_waiter *waiter), void *argument)
{
    fiber *self = g_new0(fiber, 1);

    self->waiter = table;
    self->waiter.self = self;
    self->entry = entry;
    self->argument = argument;
    self->next = all;
    all = self;
    sem_init(&self->go, 0, 0);
    pthread_create(&self->thread, NULL, run, self);
    return self;
}

static void
bury(fiber *self)
{
    fiber **at = &all;

    while (*at != self) {
        at = &(*at)->next;
    }
    *at = self->next;
    pthread_join(self->thread, NULL);
    sem_destroy(&self->go);
    g_free(self);
}

/* ---- waits ---- */

static int32_t
sleep_for(void *user, execz_duration duration)
{
    fiber *self = user;
    int64_t end = ez_waiter_after(duration);

    do {
        suspend(self);
        if (self->cancelled) {
            return -ECANCELED;
        }
    } while (ez_waiter_now() < end);
    return 0;
}

static int32_t
wait_fd(void *user, int32_t fd, int32_t poll_events, execz_duration timeout)
{
    fiber *self = user;
    struct pollfd one = {.fd = fd, .events = (short)poll_events};
    int64_t end = ez_waiter_after(timeout);

    while (poll(&one, 1, 0) == 0) {
        if (self->cancelled || ez_waiter_now() >= end) {
            return self->cancelled ? -ECANCELED : -ETIMEDOUT;
        }
        suspend(self);
    }
    return one.revents;
}

static int32_t
yield(void *user)
{
    fiber *self = user;

    suspend(self);
    return self->cancelled ? -ECANCELED : 0;
}

static int32_t
offload(void *user, int32_t (*function)(void *), void *argument)
{
    return ((fiber *)user)->cancelled ? -ECANCELED : function(argument);
}

static int32_t
spawn(void *user, void (*entry)(void *argument, const execz_waiter *waiter), void *argument,
      void **child_out)
{
    n_spawned++;
    *child_out = start(entry, argument);
    return 0;
}

static int32_t
join(void *user, void *child, execz_duration timeout)
{
    fiber *self = user, *one = child;
    int64_t end = ez_waiter_after(timeout);

    while (!one->ended) {
        if (self->cancelled && !one->cancelled) {
            return -ECANCELED;
        }
        if (ez_waiter_now() >= end) {
            return -ETIMEDOUT;
        }
        suspend(self);
    }
    bury(one);
    return 0;
}

static int32_t
cancel(void *user, void *child)
{
    ((fiber *)child)->cancelled = true;
    return 0;
}

static const execz_waiter table = {
    .size = sizeof table,
    .sleep = sleep_for,
    .wait_fd = wait_fd,
    .offload = offload,
    .yield = yield,
    .spawn = spawn,
    .join = join,
    .cancel = cancel,
};

/* ---- loop ---- */

void
fibers_run(void (*entry)(void *argument, const execz_waiter *waiter), void *argument)
{
    fiber *root;

    sem_init(&back, 0, 0);
    root = start(entry, argument);
    while (!root->ended) {
        fiber *next;

        for (fiber *at = all; at != NULL && !root->ended; at = next) {
            if (!at->ended) {
                sem_post(&at->go);
                while (sem_wait(&back) != 0) {
                }
            }
            next = at->next; /* it may have buried others, but not itself */
        }
    }
    bury(root);
}

void
fibers_cancel_all(void)
{
    for (fiber *at = all; at != NULL; at = at->next) {
        at->cancelled = true;
    }
}

unsigned
fibers_spawned(void)
{
    return n_spawned;
}
