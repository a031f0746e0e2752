/* SPDX-License-Identifier: MIT */
/* Texts packed one behind the other, where there is room for them. */
#ifndef EZ_BASE_PACK_H
#define EZ_BASE_PACK_H

#include <stddef.h>
#include <string.h>

/* Copies to *at, which moves on, and terminates: also what need not be, so that it is safe to print.  NULL
 * stays NULL. */
static inline const char *
ez_pack(char **at, const char *bytes, size_t length)
{
    char *copy = *at;

    if (bytes == NULL) {
        return NULL;
    }
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    *at += length + 1;
    return copy;
}

#endif
