/* SPDX-License-Identifier: MIT */
/* Memory that two processes share: a sealed memfd, so that no side can take pages away under the
 * other. */
#ifndef PROCESSPOOL_ARENA_H
#define PROCESSPOOL_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct arena {
    unsigned char *bytes; /* NULL: none */
    size_t size;
    uint32_t serial; /* counts up with each one of its owner */
} arena;

/* Makes memory of at least length bytes in place of what self has, under the next serial; returns
 * its descriptor, which is the caller's, or a negative errno (then self has none). */
int arena_make(arena *self, const char *name, uint64_t length);

/* Maps what the other side has made, in place of what self has, and takes fd.  0 or a negative
 * errno: -EPERM if it is not sealed, or smaller than size. */
int arena_take(arena *self, int fd, uint64_t size, uint32_t serial);

/* After a use: gives the pages of a large one back to the system. */
void arena_rest(const arena *self);

void arena_drop(arena *self);

#endif
