/* SPDX-License-Identifier: MIT */
#include "event/bus.h"

#include "base/clock.h"
#include "base/identity.h"
#include "event/copy.h"

#include <pthread.h>
#include <stdatomic.h>

#include <glib.h>

static const int64_t tell_slow_after = EXECZ_MINUTE; /* not more often than this */

typedef struct listener {
    uint64_t id;
    uint64_t mask;
    execz_listener function;
    void *user;
    void (*gone)(void *user); /* NULL: does not want to know */
    atomic_bool removed;
    _Atomic(struct listener *) next;
    struct listener *next_retired;

    /* [loop] */
    uint64_t lost;   /* events that were lost since its last call */
    int64_t told;    /* when its slowness was told of last; 0: never */
    uint64_t untold; /* slow calls since then */
} listener;

struct ez_bus {
    _Atomic(uint64_t) wanted; /* union of all masks */
    atomic_size_t n_posted;
    _Atomic(listener *) first; /* in the order of adding; owned; changed under lock */
    _Atomic(uint64_t) last_id; /* changed under lock */
    _Atomic(void *) deliverer; /* identity of the thread that delivers; NULL: none does */
    atomic_uint n_waiting;     /* threads that wait for the end of a delivery */

    ez_bus_watcher watcher; /* fixed; slow is NULL if there is none */

    /* [loop] */
    unsigned depth;    /* of deliveries within each other */
    listener *retired; /* owned; removed during a delivery */

    /* Guarded by lock. */
    pthread_mutex_t lock;
    pthread_cond_t delivered;
    uint64_t n_ends; /* of deliveries that somebody waited for */
    GQueue posted;   /* execz_event, owned */
};

ez_bus *
ez_bus_new(void)
{
    ez_bus *self = g_new0(ez_bus, 1);

    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->delivered, NULL);
    g_queue_init(&self->posted);
    return self;
}

void
ez_bus_free(ez_bus *self)
{
    listener *at;

    if (self == NULL) {
        return;
    }
    while ((at = self->first) != NULL) {
        self->first = at->next;
        if (at->gone != NULL) {
            at->gone(at->user);
        }
        g_free(at);
    }
    g_queue_clear_full(&self->posted, g_free);
    pthread_cond_destroy(&self->delivered);
    pthread_mutex_destroy(&self->lock);
    g_free(self);
}

void
ez_bus_watch(ez_bus *self, const ez_bus_watcher *watcher)
{
    self->watcher = *watcher;
}

uint32_t
ez_bus_waiting_max(const ez_bus *self)
{
    return self->watcher.waiting_max == 0 ? EXECZ_EVENTS_WAITING_MAX : self->watcher.waiting_max;
}

/* ---- listeners come and go ------------------------------------------------------------------- */

static void
update_wanted_locked(ez_bus *self)
{
    uint64_t wanted = 0;

    for (listener *at = self->first; at != NULL; at = at->next) {
        wanted |= at->mask;
    }
    atomic_store(&self->wanted, wanted);
}

uint64_t
ez_bus_add_until(ez_bus *self, uint64_t mask, execz_listener function, void *user,
                 void (*gone)(void *user))
{
    listener *added = g_new0(listener, 1);
    _Atomic(listener *) *end = &self->first;
    uint64_t id;

    pthread_mutex_lock(&self->lock);
    id = self->last_id + 1;
    *added = (listener){.id = id, .mask = mask, .function = function, .user = user, .gone = gone};
    while (*end != NULL) {
        end = &(*end)->next;
    }
    atomic_store(end, added);
    atomic_store(&self->last_id, id);
    update_wanted_locked(self);
    pthread_mutex_unlock(&self->lock);
    return id;
}

uint64_t
ez_bus_add(ez_bus *self, uint64_t mask, execz_listener function, void *user)
{
    return ez_bus_add_until(self, mask, function, user, NULL);
}

/* Takes it out of the list; whoever stands on it still finds the next. */
static listener *
unlink_locked(ez_bus *self, uint64_t id)
{
    _Atomic(listener *) *place = &self->first;
    listener *found;

    while (*place != NULL && (*place)->id != id) {
        place = &(*place)->next;
    }
    found = *place;
    if (found != NULL) {
        atomic_store(&found->removed, true);
        atomic_store(place, found->next);
        update_wanted_locked(self);
    }
    return found;
}

static void
wait_for_delivery_locked(ez_bus *self)
{
    uint64_t ends = self->n_ends;

    atomic_fetch_add(&self->n_waiting, 1);
    while (atomic_load(&self->deliverer) != NULL && self->n_ends == ends) {
        pthread_cond_wait(&self->delivered, &self->lock);
    }
    atomic_fetch_sub(&self->n_waiting, 1);
}

bool
ez_bus_remove(ez_bus *self, uint64_t id)
{
    bool delivers = atomic_load(&self->deliverer) == ez_identity();
    listener *found;

    pthread_mutex_lock(&self->lock);
    found = unlink_locked(self, id);
    if (found == NULL) {
        pthread_mutex_unlock(&self->lock);
        return false;
    }
    if (delivers) {
        found->next_retired = self->retired;
        self->retired = g_steal_pointer(&found);
    } else {
        wait_for_delivery_locked(self);
    }
    pthread_mutex_unlock(&self->lock);
    g_free(found);
    return true;
}

bool
ez_bus_wants(const ez_bus *self, uint64_t mask)
{
    return (atomic_load_explicit(&self->wanted, memory_order_relaxed) & mask) != 0;
}

/* ---- delivery -------------------------------------------------------------------------------- */

static void
begin_delivery(ez_bus *self)
{
    if (self->depth++ == 0) {
        atomic_store(&self->deliverer, ez_identity());
    }
}

static void
end_delivery(ez_bus *self)
{
    if (--self->depth > 0) {
        return;
    }
    atomic_store(&self->deliverer, NULL);
    if (atomic_load(&self->n_waiting) > 0) {
        pthread_mutex_lock(&self->lock);
        self->n_ends++;
        pthread_cond_broadcast(&self->delivered);
        pthread_mutex_unlock(&self->lock);
    }
    while (self->retired != NULL) {
        listener *gone = self->retired;

        self->retired = gone->next_retired;
        g_free(gone);
    }
}

static void
tell_slow(ez_bus *self, listener *at, int64_t now, const ez_slow_call *call)
{
    ez_slow_call slow = *call;

    if (at->told != 0 && now - at->told < tell_slow_after) {
        at->untold++;
        return;
    }
    slow.untold = at->untold;
    at->told = now;
    at->untold = 0;
    self->watcher.slow(self->watcher.user, &slow);
}

/* Whoever removes itself is still there until the end of the delivery. */
static void
call(ez_bus *self, listener *at, const execz_event *event)
{
    bool watched = self->watcher.slow != NULL;
    int64_t began = watched ? ez_clock_coarse() : 0, ended;

    at->function(at->user, event);
    if (!watched) {
        return;
    }
    ended = ez_clock_coarse();
    if (ended - began >= self->watcher.slow_limit) {
        tell_slow(self, at, ended,
                  &(ez_slow_call){at->id, at->function, ended - began, event->code, 0});
    }
}

/* Who does not hear of this event is told with the next one it hears of. */
static void
note_lost(ez_bus *self, uint64_t n)
{
    for (listener *at = atomic_load(&self->first); at != NULL; at = atomic_load(&at->next)) {
        at->lost += n;
    }
    if (self->watcher.lost != NULL) {
        self->watcher.lost(self->watcher.user, n);
    }
}

static void
call_with_lost(ez_bus *self, listener *at, const execz_event *event)
{
    execz_event told = *event;

    told.lost = at->lost;
    at->lost = 0;
    call(self, at, &told);
}

/* Who was added after the delivery began does not hear of this event, who was removed neither. */
static void
deliver(ez_bus *self, const execz_event *event)
{
    uint64_t last;

    if (!ez_bus_wants(self, event->code) && event->lost == 0) {
        return;
    }
    begin_delivery(self);
    last = atomic_load(&self->last_id);
    if (event->lost > 0) {
        note_lost(self, event->lost);
    }
    for (listener *at = atomic_load(&self->first); at != NULL; at = atomic_load(&at->next)) {
        if (at->id <= last && (at->mask & event->code) != 0 && !atomic_load(&at->removed)) {
            if (at->lost > 0) {
                call_with_lost(self, at, event);
            } else {
                call(self, at, event);
            }
        }
    }
    end_delivery(self);
}

static execz_event *
take_posted(ez_bus *self)
{
    execz_event *next;

    if (atomic_load(&self->n_posted) == 0) {
        return NULL;
    }
    pthread_mutex_lock(&self->lock);
    next = g_queue_pop_head(&self->posted);
    atomic_store(&self->n_posted, self->posted.length);
    pthread_mutex_unlock(&self->lock);
    return next;
}

void
ez_bus_flush(ez_bus *self)
{
    execz_event *next;

    while ((next = take_posted(self)) != NULL) {
        deliver(self, next);
        g_free(next);
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
    execz_event *copy;

    if (!ez_bus_wants(self, event->code)) {
        return;
    }
    copy = ez_event_copy(event);
    pthread_mutex_lock(&self->lock);
    if (self->posted.length >= ez_bus_waiting_max(self)) {
        ez_event_supersede(copy, g_queue_pop_tail(&self->posted));
    }
    g_queue_push_tail(&self->posted, copy);
    atomic_store(&self->n_posted, self->posted.length);
    pthread_mutex_unlock(&self->lock);
}
