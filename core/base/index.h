/* SPDX-License-Identifier: MIT */
/* A table of things by their names, which are texts that the things have themselves.
 *
 * Of each it keeps a pointer and a hash, so that a look at it costs one way through the name and hardly
 * ever touches another thing than the one that is looked for.  Things that follow each other by name lie
 * beside each other as a rule, as they are mostly added and asked for. */
#ifndef EZ_BASE_INDEX_H
#define EZ_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ez_index {
    const char *(*name_of)(const void *thing);
    uint32_t *hashes; /* owned, as the next; 0: the place is free */
    void **things;    /* borrowed each */
    size_t capacity;  /* places; 0 or a power of two */
    size_t length;    /* things */
} ez_index;

/* A name must not change as long as its thing is in the table. */
void ez_index_init(ez_index *self, const char *(*name_of)(const void *thing));
void ez_index_deinit(ez_index *self); /* the things are not touched */

/* The thing of this name; NULL if there is none. */
void *ez_index_find(const ez_index *self, const char *name);

/* Adds a thing and gives NULL; if there is one of its name already, gives that, and nothing is added. */
void *ez_index_add(ez_index *self, void *thing);

/* Takes the thing of this name out and gives it; NULL if there is none. */
void *ez_index_remove(ez_index *self, const char *name);

/* The next thing from place *at on, which is 0 at first; NULL behind the last.  Nothing may be added or
 * removed in between. */
void *ez_index_next(const ez_index *self, size_t *at);

#endif
