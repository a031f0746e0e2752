/* SPDX-License-Identifier: MIT */
/* The descriptor is readable while the bell is rung.  Who puts something in rings unless it is rung
 * already: one call of the system for a burst of events.  The reader silences it when it finds
 * nothing, and then looks once more.  Bell and ring are sequentially consistent, so at least one of
 * the two sees the other, and nothing is left behind. */
#include "event/queue.h"

#include "base/clock.h"
#include "base/error.h"
#include "event/copy.h"
#include "event/ring.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

struct execz_event_queue {
    /* Fixed. */
    int bell;
    uint64_t listener; /* its id */

    ez_ring ring;          /* of execz_event, owned; from ez_event_copy() */
    _Atomic(size_t) bytes; /* of all in it, or more for a moment */
    atomic_bool rung;
    atomic_bool closed;

    uint64_t unsaid; /* [loop] events lost before they came here, of which the ring says nothing */
    execz_event *read; /* [the reader] owned; what next() gave out last */

    pthread_mutex_t lock;
    ez_bus *bus; /* guarded by lock; NULL: there is no subscription any more */
};

static void
ring(execz_event_queue *self)
{
    const uint64_t one = 1;

    if (!atomic_exchange(&self->rung, true)) {
        (void)!write(self->bell, &one, sizeof one);
    }
}

static void
silence(execz_event_queue *self)
{
    uint64_t times;

    (void)!read(self->bell, &times, sizeof times);
    atomic_store(&self->rung, false);
}

/* What has left the ring takes no room in it any more. */
static execz_event *
note_left(execz_event_queue *self, execz_event *event)
{
    if (event != NULL) {
        atomic_fetch_sub(&self->bytes, ez_event_copy_size(event));
    }
    return event;
}

/* The ring counts what gives way, but not what that has said. */
static void
give_way(execz_event_queue *self, execz_event *event)
{
    if (event != NULL) {
        self->unsaid += event->lost;
        g_free(note_left(self, event));
    }
}

/* Before the new one is in, so that there is room for it, however large it is, if all else goes. */
static void
put(void *user, const execz_event *event)
{
    execz_event_queue *self = user;
    execz_event *copy = ez_event_copy(event), *oldest;
    size_t size = ez_event_copy_size(copy);

    while (atomic_load(&self->bytes) + size > EXECZ_EVENT_QUEUE_BYTES_MAX &&
           (oldest = ez_ring_drop(&self->ring)) != NULL) {
        give_way(self, oldest);
    }
    copy->lost += self->unsaid;
    self->unsaid = 0;
    atomic_fetch_add(&self->bytes, size);
    give_way(self, ez_ring_push(&self->ring, copy));
    ring(self);
}

/* All under the lock, which whoever frees the queue takes, too: a reader that is told may do so at
 * once, and has to wait until this is done with the queue. */
static void
tell_closed(void *user)
{
    execz_event_queue *self = user;

    pthread_mutex_lock(&self->lock);
    self->bus = NULL;
    atomic_store(&self->closed, true);
    ring(self);
    pthread_mutex_unlock(&self->lock);
}

execz_event_queue *
ez_event_queue_new(ez_bus *bus, uint64_t mask, uint32_t capacity, execz_error *err)
{
    execz_event_queue *self;
    int bell;

    if (capacity > EXECZ_EVENT_QUEUE_CAPACITY_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "an event queue of %u events is too large: at most %u",
                capacity, EXECZ_EVENT_QUEUE_CAPACITY_MAX);
        return NULL;
    }
    bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (bell < 0) {
        ez_fail(err, EXECZ_E_IO, "cannot make the descriptor of an event queue: %s",
                strerror(errno));
        return NULL;
    }
    self = g_new0(execz_event_queue, 1);
    self->bell = bell;
    self->bus = bus;
    ez_ring_init(&self->ring, capacity == 0 ? EXECZ_EVENT_QUEUE_CAPACITY : capacity);
    pthread_mutex_init(&self->lock, NULL);
    self->listener = ez_bus_add_until(bus, mask, put, self, tell_closed);
    return self;
}

void
execz_event_queue_close(execz_event_queue *self)
{
    ez_bus *bus;

    pthread_mutex_lock(&self->lock);
    bus = self->bus;
    self->bus = NULL;
    pthread_mutex_unlock(&self->lock);
    if (bus != NULL) {
        (void)ez_bus_remove(bus, self->listener);
    }
    tell_closed(self);
}

void
execz_event_queue_free(execz_event_queue *self)
{
    uint64_t lost;
    void *event;

    if (self == NULL) {
        return;
    }
    execz_event_queue_close(self);
    while ((event = ez_ring_take(&self->ring, &lost)) != NULL) {
        g_free(event);
    }
    ez_ring_deinit(&self->ring);
    g_free(self->read);
    pthread_mutex_destroy(&self->lock);
    close(self->bell);
    g_free(self);
}

int
execz_event_queue_fd(const execz_event_queue *self)
{
    return self->bell;
}

/* The next event; NULL if there is none, and then the bell is silent. */
static execz_event *
take(execz_event_queue *self)
{
    uint64_t lost = 0;
    execz_event *event = ez_ring_take(&self->ring, &lost);

    if (event == NULL) {
        silence(self);
        event = ez_ring_take(&self->ring, &lost);
        if (atomic_load(&self->closed) || !ez_ring_is_empty(&self->ring)) {
            ring(self);
        }
    }
    if (event != NULL) {
        event->lost += lost;
    }
    return note_left(self, event);
}

/* False if it is time to give up. */
static bool
wait_until(execz_event_queue *self, int64_t end)
{
    struct pollfd bell = {.fd = self->bell, .events = POLLIN};
    int64_t left = 0;
    struct timespec limit;

    if (end != EXECZ_TIME_NEVER) {
        left = end - ez_clock_monotonic(ez_clock_system());
        if (left <= 0) {
            return false;
        }
    }
    limit = (struct timespec){left / EXECZ_SECOND, left % EXECZ_SECOND};
    (void)ppoll(&bell, 1, end == EXECZ_TIME_NEVER ? NULL : &limit, NULL);
    return true; /* EINTR and the end of the time are seen at the next look */
}

static int64_t
end_of(execz_duration timeout)
{
    int64_t end;

    if (timeout == 0) {
        return 0;
    }
    return timeout < 0 ||
                   __builtin_add_overflow(ez_clock_monotonic(ez_clock_system()), timeout, &end)
               ? EXECZ_TIME_NEVER
               : end;
}

execz_status
execz_event_queue_next(execz_event_queue *self, execz_duration timeout,
                       const execz_event **event_out)
{
    int64_t end = end_of(timeout);
    execz_event *event;

    do {
        bool closed = atomic_load(&self->closed); /* before the look: what came then is seen */

        event = take(self);
        if (event != NULL) {
            g_free(self->read);
            self->read = event;
            *event_out = event;
            return EXECZ_OK;
        }
        if (closed) {
            return EXECZ_E_SHUTDOWN;
        }
    } while (wait_until(self, end));
    return EXECZ_E_TIMEOUT;
}
