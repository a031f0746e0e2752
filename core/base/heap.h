/* SPDX-License-Identifier: MIT */
/* A priority queue of things that carry their own place in it: push, move and remove in O(log n),
 * without looking for anything and without an allocation per thing. */
#ifndef EZ_BASE_HEAP_H
#define EZ_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in whatever is queued. */
typedef struct ez_heap_node {
    uint32_t place; /* its index + 1; 0: in no heap */
} ez_heap_node;

typedef struct ez_heap_slot ez_heap_slot;

typedef struct ez_heap {
    ez_heap_slot *slots; /* owned */
    size_t length;
    size_t capacity;
} ez_heap;

void ez_heap_init(ez_heap *self);
void ez_heap_deinit(ez_heap *self); /* the nodes are not touched */

/* Queues node, which must be in no heap, under key; or moves it, if it is in this one. */
void ez_heap_set(ez_heap *self, ez_heap_node *node, int64_t key);

/* Moves the first node to a later key: at half the cost of taking it out and queueing it again. */
void ez_heap_postpone(ez_heap *self, int64_t key);

/* Takes node out; fine if it is in no heap. */
void ez_heap_remove(ez_heap *self, ez_heap_node *node);

/* The node with the smallest key, and its key; NULL if the heap is empty. */
ez_heap_node *ez_heap_first(const ez_heap *self, int64_t *key_out);

static inline bool
ez_heap_holds(const ez_heap_node *node)
{
    return node->place != 0;
}

/* Whether all invariants hold; for tests. */
bool ez_heap_check(const ez_heap *self);

#endif
