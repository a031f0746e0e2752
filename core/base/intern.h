/* SPDX-License-Identifier: MIT */
/* Things that are the same are kept once: a table of immutable things by what they are made of.
 *
 * A thing carries its own place in the table and its key, bytes that say all of what it is.  It
 * leaves the table with its last reference.  All may be called from any thread. */
#ifndef EZ_BASE_INTERN_H
#define EZ_BASE_INTERN_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ez_intern_table ez_intern_table;

/* First in each thing. */
typedef struct ez_interned {
    ez_intern_table *table; /* borrowed; NULL: it is in none */
    atomic_uint references;
    uint32_t hash;
    uint32_t length;
    const char *key; /* of length bytes; the thing's own */
} ez_interned;

/* Lives longer than what is in it. */
ez_intern_table *ez_intern_table_new(void);
void ez_intern_table_free(ez_intern_table *self);

/* The thing of this key, with a reference for the caller; NULL if there is none, or no table. */
ez_interned *ez_intern_find(ez_intern_table *self, const char *key, size_t length);

/* Puts a new thing, of one reference, into the table; NULL: into none.  If another thread was first
 * with one of the same key that is given in its place, and the new one is freed with free_thing. */
ez_interned *ez_intern_add(ez_intern_table *self, ez_interned *thing, const char *key,
                           size_t length, void (*free_thing)(void *thing));

void ez_interned_ref(ez_interned *self);

/* Calls free_thing with the last reference. */
void ez_interned_unref(ez_interned *self, void (*free_thing)(void *thing));

#endif
