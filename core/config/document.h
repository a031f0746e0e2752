/* SPDX-License-Identifier: MIT */
/* What the files of one configuration say, merged: sections and their keys, each with its place. */
#ifndef EZ_CONFIG_DOCUMENT_H
#define EZ_CONFIG_DOCUMENT_H

#include "config/codes.h"

#define EZ_CONFIG_SECTIONS_MAX 100000 /* of all files together */

/* Where a stretch of a value stands in its file; a value has several if it goes on over lines. */
typedef struct ez_span {
    size_t offset; /* in the value */
    unsigned line;
    unsigned column;
} ez_span;

/* A key with its value. */
typedef struct ez_ini_entry {
    ez_setting setting; /* texts owned */
    GArray *spans;      /* of ez_span, ascending, at least one */
} ez_ini_entry;

typedef struct ez_section {
    char *kind;            /* owned, e.g. "task" */
    char *name;            /* owned, e.g. "backup"; NULL: none */
    ez_place place;        /* of its first header, else of its first dotted key */
    ez_place header;       /* of its latest header; file NULL: it has none */
    bool damaged;          /* some of it could not be read: what is missing proves nothing */
    GPtrArray *entries;    /* of ez_ini_entry, owned, in the order of the files */
    GHashTable *entry_map; /* key -> its number in entries, from 1 */
} ez_section;

typedef struct ez_document {
    GPtrArray *files;        /* of char *, owned: what every place points to, in their order */
    GPtrArray *sections;     /* of ez_section, owned, in the order of the files */
    GHashTable *section_map; /* "kind:name" -> ez_section */
    bool damaged;            /* a header could not be read: sections may be missing */
    bool full;               /* EZ_CONFIG_SECTIONS_MAX was exceeded, and that was reported */
} ez_document;

ez_document *ez_document_new(void);
void ez_document_free(ez_document *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_document, ez_document_free)

/* Registers a file and returns its name as places use it. */
const char *ez_document_add_file(ez_document *self, const char *path);

/* The section for a header at place: a new one, or the one of an earlier file.  A second header in
 * one file is reported and gets a section of its own, so that its keys are checked too.  NULL if
 * there are too many, which is reported once. */
ez_section *ez_document_open_section(ez_document *self, const char *kind, const char *name,
                                     ez_place place, ez_report *report);

/* The section that a dotted key at place belongs to: it need not have a header.  NULL as above. */
ez_section *ez_document_need_section(ez_document *self, const char *kind, const char *name,
                                     ez_place place, ez_report *report);

/* The section of that kind and name (NULL: none); NULL if there is none. */
ez_section *ez_document_find(const ez_document *self, const char *kind, const char *name);

/* "[kind:name]", for messages.  Caller frees. */
char *ez_section_title(const ez_section *self);

/* Takes entry.  A later file's replaces an earlier file's; a second one in one file is reported. */
void ez_section_take(ez_section *self, ez_ini_entry *entry, ez_report *report);

const ez_ini_entry *ez_section_find(const ez_section *self, const char *key);

ez_ini_entry *ez_ini_entry_new(const char *key, const char *value, ez_place key_place);
void ez_ini_entry_free(ez_ini_entry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_ini_entry, ez_ini_entry_free)

/* Where the byte at offset of the value stands in its file. */
ez_place ez_ini_entry_place(const ez_ini_entry *self, size_t offset);

#endif
