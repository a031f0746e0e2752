/* SPDX-License-Identifier: MIT */
#include "event/ring.h"

#include <glib.h>

void
ez_ring_init(ez_ring *self, size_t capacity)
{
    *self = (ez_ring){.capacity = capacity};
    self->places = g_malloc0(capacity * sizeof self->places[0]);
}

void
ez_ring_deinit(ez_ring *self)
{
    g_clear_pointer(&self->places, g_free);
}

static _Atomic(void *) *
place_of(ez_ring *self, uint64_t position)
{
    return &self->places[position % self->capacity];
}

/* Takes what lies at tail; NULL if the other side was faster. */
static void *
take_at(ez_ring *self, uint64_t tail)
{
    void *item = atomic_load_explicit(place_of(self, tail), memory_order_relaxed);
    uint64_t expected = tail;

    return atomic_compare_exchange_strong(&self->tail, &expected, tail + 1) ? item : NULL;
}

void *
ez_ring_push(ez_ring *self, void *item)
{
    uint64_t head = atomic_load_explicit(&self->head, memory_order_relaxed);
    uint64_t tail = atomic_load(&self->tail);
    void *oldest = head - tail == self->capacity ? take_at(self, tail) : NULL;

    atomic_store_explicit(place_of(self, head), item, memory_order_relaxed);
    atomic_store(&self->head, head + 1);
    return oldest;
}

void *
ez_ring_drop(ez_ring *self)
{
    uint64_t tail = atomic_load(&self->tail);

    while (tail != atomic_load_explicit(&self->head, memory_order_relaxed)) {
        void *oldest = take_at(self, tail);

        if (oldest != NULL) {
            return oldest;
        }
        tail = atomic_load(&self->tail); /* the reader was faster */
    }
    return NULL;
}

void *
ez_ring_take(ez_ring *self, uint64_t *lost_out)
{
    for (;;) {
        uint64_t tail = atomic_load(&self->tail);
        void *item;

        if (tail == atomic_load(&self->head)) {
            return NULL;
        }
        item = take_at(self, tail);
        if (item != NULL) {
            *lost_out = tail - self->expected;
            self->expected = tail + 1;
            return item;
        }
    }
}

bool
ez_ring_is_empty(const ez_ring *self)
{
    return atomic_load(&self->tail) == atomic_load(&self->head);
}
