/* SPDX-License-Identifier: MIT */
/* A ring of pointers from one thread to another, without a lock: it never waits, and when it is full
 * the oldest gives way.
 *
 * Positions only grow; position p lies in place p % capacity.  Whoever moves the tail on owns what
 * lay there: the reader to read it, or the writer to make room.  A pointer is fetched before the
 * tail is moved, and is good if that succeeds, for the writer uses a place again only after the tail
 * has left it.
 *
 * The oldest gives way and not the newest, because the newest says how things are now: a reader that
 * is behind must not miss that the scheduler has stopped. */
#ifndef EZ_EVENT_RING_H
#define EZ_EVENT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ez_ring {
    size_t capacity;
    _Atomic(void *) *places; /* owned */
    _Atomic(uint64_t) head;  /* of the writer: the next position */
    _Atomic(uint64_t) tail;  /* the oldest position */
    uint64_t expected;       /* of the reader: the position after the one it read last */
} ez_ring;

/* capacity > 0 */
void ez_ring_init(ez_ring *self, size_t capacity);

/* What is still within is the caller's to take before. */
void ez_ring_deinit(ez_ring *self);

/* Puts item at the end.  Returns the oldest if that had to give way, else NULL.  [the writer] */
void *ez_ring_push(ez_ring *self, void *item);

/* Has the oldest give way, and returns it; NULL if there is none.  [the writer] */
void *ez_ring_drop(ez_ring *self);

/* Takes the oldest; NULL if there is none.  *lost_out is how many have given way before it.
 * [the reader] */
void *ez_ring_take(ez_ring *self, uint64_t *lost_out);

bool ez_ring_is_empty(const ez_ring *self);

#endif
