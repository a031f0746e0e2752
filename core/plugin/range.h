/* SPDX-License-Identifier: MIT */
/* Ranges of a hostile file's bytes.  Nothing in a file need be aligned or within it: every access goes
 * through here. */
#ifndef EZ_PLUGIN_RANGE_H
#define EZ_PLUGIN_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct ez_range {
    const uint8_t *bytes;
    size_t size;
} ez_range;

/* The part of whole from offset on, size bytes; false if it is not within. */
static inline bool
ez_range_part(ez_range whole, uint64_t offset, uint64_t size, ez_range *out)
{
    if (offset > whole.size || size > whole.size - offset) {
        return false;
    }
    out->bytes = whole.bytes + offset;
    out->size = (size_t)size;
    return true;
}

/* Copies the size bytes at offset to out. */
static inline bool
ez_range_fetch(ez_range whole, uint64_t offset, void *out, size_t size)
{
    ez_range found;

    if (!ez_range_part(whole, offset, size, &found)) {
        return false;
    }
    memcpy(out, found.bytes, size);
    return true;
}

/* The text at offset, which ends within whole; NULL if there is none. */
static inline const char *
ez_range_text(ez_range whole, uint64_t offset)
{
    if (offset >= whole.size || memchr(whole.bytes + offset, '\0', whole.size - offset) == NULL) {
        return NULL;
    }
    return (const char *)whole.bytes + offset;
}

#endif
