/* SPDX-License-Identifier: MIT */
#include "event/bus.h"

#include <pthread.h>
#include <stdatomic.h>

#include <glib.h>

typedef struct registration {
    uint64_t id;
    uint64_t mask;
    execz_listener listener;
    void *user;
} registration;

/* Immutable once it is in place: an addition or removal makes a new one, so that a delivery in
 * progress keeps the one it began with. */
typedef struct audience {
    atomic_uint references;
    size_t n;
    registration registrations[];
} audience;

/* A posted event that owns its texts. */
typedef struct posted {
    execz_event event;
    char *texts[4]; /* alias, task, executor, message */
} posted;

struct ez_bus {
    _Atomic(uint64_t) wanted;     /* union of all masks */
    _Atomic(audience *) audience; /* changed under lock */

    /* Guarded by lock. */
    pthread_mutex_t lock;
    uint64_t last_id;
    GQueue posted; /* posted, owned */
};

static audience *
audience_new(size_t n)
{
    audience *self = g_malloc0(sizeof *self + n * sizeof self->registrations[0]);

    atomic_init(&self->references, 1);
    self->n = n;
    return self;
}

static void
audience_unref(audience *self)
{
    if (atomic_fetch_sub(&self->references, 1) == 1) {
        g_free(self);
    }
}

static void
posted_free(void *data)
{
    posted *self = data;

    for (size_t i = 0; i < G_N_ELEMENTS(self->texts); i++) {
        g_free(self->texts[i]);
    }
    g_free(self);
}

ez_bus *
ez_bus_new(void)
{
    ez_bus *self = g_new0(ez_bus, 1);

    pthread_mutex_init(&self->lock, NULL);
    atomic_init(&self->audience, audience_new(0));
    g_queue_init(&self->posted);
    return self;
}

void
ez_bus_free(ez_bus *self)
{
    if (self != NULL) {
        g_queue_clear_full(&self->posted, posted_free);
        audience_unref(self->audience);
        pthread_mutex_destroy(&self->lock);
        g_free(self);
    }
}

/* Puts audience in the place of the present one, and what anybody wants with it. */
static void
replace_locked(ez_bus *self, audience *next)
{
    uint64_t wanted = 0;

    for (size_t i = 0; i < next->n; i++) {
        wanted |= next->registrations[i].mask;
    }
    audience_unref(atomic_exchange(&self->audience, next));
    atomic_store(&self->wanted, wanted);
}

uint64_t
ez_bus_add(ez_bus *self, uint64_t mask, execz_listener listener, void *user)
{
    audience *present, *next;
    uint64_t id;

    pthread_mutex_lock(&self->lock);
    id = ++self->last_id;
    present = self->audience;
    next = audience_new(present->n + 1);
    for (size_t i = 0; i < present->n; i++) {
        next->registrations[i] = present->registrations[i];
    }
    next->registrations[next->n - 1] = (registration){id, mask, listener, user};
    replace_locked(self, next);
    pthread_mutex_unlock(&self->lock);
    return id;
}

static bool
holds(const audience *self, uint64_t id)
{
    for (size_t i = 0; i < self->n; i++) {
        if (self->registrations[i].id == id) {
            return true;
        }
    }
    return false;
}

bool
ez_bus_remove(ez_bus *self, uint64_t id)
{
    audience *present, *next;
    size_t kept = 0;
    bool found;

    pthread_mutex_lock(&self->lock);
    present = self->audience;
    found = holds(present, id);
    if (found) {
        next = audience_new(present->n - 1);
        for (size_t i = 0; i < present->n; i++) {
            if (present->registrations[i].id != id) {
                next->registrations[kept++] = present->registrations[i];
            }
        }
        replace_locked(self, next);
    }
    pthread_mutex_unlock(&self->lock);
    return found;
}

bool
ez_bus_wants(const ez_bus *self, uint64_t mask)
{
    return (atomic_load_explicit(&self->wanted, memory_order_relaxed) & mask) != 0;
}

/**
 * Whether the listener is still there: one that was removed during a delivery is not called any
 * more.
 */
static bool
is_registered(ez_bus *self, uint64_t id)
{
    bool found;

    pthread_mutex_lock(&self->lock);
    found = holds(self->audience, id);
    pthread_mutex_unlock(&self->lock);
    return found;
}

static void
deliver(ez_bus *self, const execz_event *event)
{
    audience *present;

    if (!ez_bus_wants(self, event->code)) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    present = self->audience;
    atomic_fetch_add(&present->references, 1);
    pthread_mutex_unlock(&self->lock);
    for (size_t i = 0; i < present->n; i++) {
        const registration *at = &present->registrations[i];

        if ((at->mask & event->code) != 0 &&
            (present == atomic_load(&self->audience) || is_registered(self, at->id))) {
            at->listener(at->user, event);
        }
    }
    audience_unref(present);
}

void
ez_bus_flush(ez_bus *self)
{
    for (;;) {
        posted *next;

        pthread_mutex_lock(&self->lock);
        next = g_queue_pop_head(&self->posted);
        pthread_mutex_unlock(&self->lock);
        if (next == NULL) {
            return;
        }
        deliver(self, &next->event);
        posted_free(next);
    }
}

void
ez_bus_emit(ez_bus *self, const execz_event *event)
{
    ez_bus_flush(self);
    deliver(self, event);
}

void
ez_bus_post(ez_bus *self, const execz_event *event)
{
    posted *copy;

    if (!ez_bus_wants(self, event->code)) {
        return;
    }
    copy = g_new0(posted, 1);
    copy->event = *event;
    copy->event.alias = copy->texts[0] = g_strdup(event->alias);
    copy->event.task = copy->texts[1] = g_strdup(event->task);
    copy->event.executor = copy->texts[2] = g_strdup(event->executor);
    copy->event.message = copy->texts[3] = g_strdup(event->message);
    copy->event.run_times = NULL;
    copy->event.n_run_times = 0;
    copy->event.result = NULL;
    pthread_mutex_lock(&self->lock);
    g_queue_push_tail(&self->posted, copy);
    pthread_mutex_unlock(&self->lock);
}
