/* SPDX-License-Identifier: MIT */
/* Keys that carry their section with them: "executors.default.type" is "type" in
 * [executor:default].
 *
 * The name is what stands between the first two dots.  A name that has dots itself is quoted,
 * tasks."a.b".every: the longest match was rejected because tasks.a.env.PATH has two readings, and
 * which of them is meant would depend on which other tasks there are. */
#ifndef EZ_CONFIG_DOTTED_H
#define EZ_CONFIG_DOTTED_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

typedef struct ez_dotted {
    char *kind;  /* owned, e.g. "executor"; NULL: not a dotted key */
    char *name;  /* owned; NULL: a section of this kind has none */
    size_t rest; /* offset of the key inside of its section */
} ez_dotted;

void ez_dotted_clear(ez_dotted *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ez_dotted, ez_dotted_clear)

/* Splits key.  EXECZ_E_PARSE if it begins like a dotted key but is not complete; EXECZ_OK with
 * kind NULL if it is none. */
execz_status ez_dotted_split(const char *key, ez_dotted *out, execz_error *err);

/* The first word of a dotted key that was probably meant by key; NULL if none was. */
const char *ez_dotted_nearest(const char *key);

#endif
