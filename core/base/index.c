/* SPDX-License-Identifier: MIT */
/* Open addressing, a place further on each collision.  What is taken out leaves no mark: what follows
 * moves up, as far as that brings it closer to where it belongs. */
#include "base/index.h"

#include <string.h>

#include <glib.h>

enum { CAPACITY_MIN = 64 };

/* Bernstein's: names that differ in their last letters alone get numbers that lie close together.  Eleven
 * times as far apart there is room for those of other names in between: as they are, they would pile up
 * to hundreds in a row. */
static uint32_t
hash_of(const char *name)
{
    uint32_t hash = 5381;

    for (; *name != '\0'; name++) {
        hash = hash * 33 + (unsigned char)*name;
    }
    hash *= 11;
    return hash == 0 ? 1 : hash;
}

void
ez_index_init(ez_index *self, const char *(*name_of)(const void *thing))
{
    *self = (ez_index){.name_of = name_of};
}

void
ez_index_deinit(ez_index *self)
{
    g_clear_pointer(&self->hashes, g_free);
    g_clear_pointer(&self->things, g_free);
    self->capacity = self->length = 0;
}

/* The place of this name, or the free one where it would be; there is one. */
static size_t
find_place(const ez_index *self, const char *name, uint32_t hash)
{
    size_t mask = self->capacity - 1, at = hash & mask;

    while (self->hashes[at] != 0 &&
           (self->hashes[at] != hash || strcmp(self->name_of(self->things[at]), name) != 0)) {
        at = (at + 1) & mask;
    }
    return at;
}

static void
resize(ez_index *self, size_t capacity)
{
    ez_index old = *self;

    self->capacity = capacity;
    self->hashes = g_new0(uint32_t, capacity);
    self->things = g_new(void *, capacity);
    for (size_t i = 0; i < old.capacity; i++) {
        size_t at = old.hashes[i] & (capacity - 1);

        if (old.hashes[i] == 0) {
            continue;
        }
        while (self->hashes[at] != 0) {
            at = (at + 1) & (capacity - 1);
        }
        self->hashes[at] = old.hashes[i];
        self->things[at] = old.things[i];
    }
    g_free(old.hashes);
    g_free(old.things);
}

void *
ez_index_find(const ez_index *self, const char *name)
{
    size_t at;

    if (self->length == 0) {
        return NULL;
    }
    at = find_place(self, name, hash_of(name));
    return self->hashes[at] == 0 ? NULL : self->things[at];
}

void *
ez_index_add(ez_index *self, void *thing)
{
    const char *name = self->name_of(thing);
    uint32_t hash = hash_of(name);
    size_t at;

    if (self->length >= self->capacity / 4 * 3) {
        resize(self, MAX(CAPACITY_MIN, self->capacity * 2));
    }
    at = find_place(self, name, hash);
    if (self->hashes[at] != 0) {
        return self->things[at];
    }
    self->hashes[at] = hash;
    self->things[at] = thing;
    self->length++;
    return NULL;
}

/* Fills the place that has become free with what has collided with it, and so on. */
static void
close_gap(ez_index *self, size_t gap)
{
    size_t mask = self->capacity - 1;

    for (size_t at = (gap + 1) & mask; self->hashes[at] != 0; at = (at + 1) & mask) {
        size_t home = self->hashes[at] & mask;

        if (((at - home) & mask) >= ((at - gap) & mask)) {
            self->hashes[gap] = self->hashes[at];
            self->things[gap] = self->things[at];
            gap = at;
        }
    }
    self->hashes[gap] = 0;
}

void *
ez_index_remove(ez_index *self, const char *name)
{
    void *thing;
    size_t at;

    if (self->length == 0) {
        return NULL;
    }
    at = find_place(self, name, hash_of(name));
    if (self->hashes[at] == 0) {
        return NULL;
    }
    thing = self->things[at];
    close_gap(self, at);
    self->length--;
    if (self->capacity > CAPACITY_MIN && self->length < self->capacity / 8) {
        resize(self, self->capacity / 2);
    }
    return thing;
}

void *
ez_index_next(const ez_index *self, size_t *at)
{
    while (*at < self->capacity) {
        size_t place = (*at)++;

        if (self->hashes[place] != 0) {
            return self->things[place];
        }
    }
    return NULL;
}
