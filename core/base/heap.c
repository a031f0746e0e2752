/* SPDX-License-Identifier: MIT */
/* A 4-ary heap.  The keys lie in the array beside the pointers, so that a comparison touches no
 * node: with many timers pending the cost of a heap is its cache misses.  Four children share one
 * cache line, which halves the depth of a binary heap at no further miss.
 *
 * Invariants: slots[i].key <= the keys of its children 4i+1 .. 4i+4; slots[i].node->place == i + 1.
 * */
#include "base/heap.h"

#include <glib.h>

enum { ARITY = 4 };

struct ez_heap_slot {
    int64_t key;
    ez_heap_node *node;
};

void
ez_heap_init(ez_heap *self)
{
    *self = (ez_heap){0};
}

void
ez_heap_deinit(ez_heap *self)
{
    g_clear_pointer(&self->slots, g_free);
    self->length = 0;
    self->capacity = 0;
}

static void
put(ez_heap *self, size_t at, ez_heap_slot slot)
{
    self->slots[at] = slot;
    slot.node->place = (uint32_t)(at + 1);
}

static void
sift_up(ez_heap *self, size_t at, ez_heap_slot slot)
{
    while (at > 0) {
        size_t parent = (at - 1) / ARITY;

        if (self->slots[parent].key <= slot.key) {
            break;
        }
        put(self, at, self->slots[parent]);
        at = parent;
    }
    put(self, at, slot);
}

static size_t
smallest_child(const ez_heap *self, size_t at)
{
    size_t first = at * ARITY + 1;
    size_t end = MIN(first + ARITY, self->length);
    size_t best = first;

    for (size_t i = first + 1; i < end; i++) {
        if (self->slots[i].key < self->slots[best].key) {
            best = i;
        }
    }
    return best;
}

static void
sift_down(ez_heap *self, size_t at, ez_heap_slot slot)
{
    while (at * ARITY + 1 < self->length) {
        size_t child = smallest_child(self, at);

        if (self->slots[child].key >= slot.key) {
            break;
        }
        put(self, at, self->slots[child]);
        at = child;
    }
    put(self, at, slot);
}

/* Puts slot where it belongs, starting from at, whose old content is gone. */
static void
settle(ez_heap *self, size_t at, ez_heap_slot slot)
{
    if (at > 0 && slot.key < self->slots[(at - 1) / ARITY].key) {
        sift_up(self, at, slot);
    } else {
        sift_down(self, at, slot);
    }
}

void
ez_heap_set(ez_heap *self, ez_heap_node *node, int64_t key)
{
    ez_heap_slot slot = {key, node};

    if (ez_heap_holds(node)) {
        settle(self, node->place - 1, slot);
        return;
    }
    if (self->length == self->capacity) {
        self->capacity = MAX(64, self->capacity * 2);
        self->slots = g_renew(ez_heap_slot, self->slots, self->capacity);
    }
    sift_up(self, self->length++, slot);
}

void
ez_heap_postpone(ez_heap *self, int64_t key)
{
    sift_down(self, 0, (ez_heap_slot){key, self->slots[0].node});
}

void
ez_heap_remove(ez_heap *self, ez_heap_node *node)
{
    size_t at = node->place - 1;

    if (!ez_heap_holds(node)) {
        return;
    }
    node->place = 0;
    self->length--;
    if (at != self->length) {
        settle(self, at, self->slots[self->length]);
    }
}

ez_heap_node *
ez_heap_first(const ez_heap *self, int64_t *key_out)
{
    if (self->length == 0) {
        return NULL;
    }
    *key_out = self->slots[0].key;
    return self->slots[0].node;
}

bool
ez_heap_check(const ez_heap *self)
{
    for (size_t i = 0; i < self->length; i++) {
        if (self->slots[i].node->place != i + 1) {
            return false;
        }
        if (i > 0 && self->slots[(i - 1) / ARITY].key > self->slots[i].key) {
            return false;
        }
    }
    return true;
}
