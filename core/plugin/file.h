/* SPDX-License-Identifier: MIT */
/* A plugin file as it describes itself, without running any of it. */
#ifndef EZ_PLUGIN_FILE_H
#define EZ_PLUGIN_FILE_H

#include "plugin/verify.h"

#include <execz/plugin.h>

/* Options as data.  option is what this execz understands of each record; bytes is what stands in
 * the file, in records of stride bytes (a newer header may have longer ones). */
typedef struct ez_option_table {
    execz_option *option; /* owned, n of them; NULL if n is 0 */
    uint32_t n;
    uint32_t stride;
    uint8_t *bytes; /* owned, n * stride */
} ez_option_table;

typedef struct ez_plugin_file ez_plugin_file;

/* One thing that a file provides. */
typedef struct ez_plugin_part {
    char *alias_text; /* owned; as written in the file */
    char **aliases;   /* owned, NULL-terminated, the main one first; at least one */
    char *kind;       /* owned, e.g. EXECZ_KIND_EXECUTOR */
    char *summary;    /* owned */
    uint32_t caps;    /* EXECZ_CAP_* */
    ez_option_table options;
    ez_option_table task_options;
    const ez_plugin_file *shadowed_by; /* set by a catalog: has the main alias already; or NULL */
} ez_plugin_part;

struct ez_plugin_file {
    char *path;         /* owned, absolute */
    char *stem;         /* owned; the file's name without ".so" */
    const char *origin; /* set by a catalog: who named its directory, e.g. "built in"; borrowed */
    ez_file_key key;
    bool plain;    /* has the plain form only: the facts below are the same for all of those */
    char *id;      /* owned; NULL if refused before it was known, as the next */
    char *version; /* owned */
    uint32_t abi;  /* 0: not known before it is loaded */
    uint32_t needs_abi;
    ez_plugin_part *parts; /* owned, n_parts; none if refused before they were known */
    uint32_t n_parts;
    execz_error refusal; /* status EXECZ_OK: usable as far as can be seen from outside */
};

/* Opens and describes the file; what is wrong with it is its refusal.  [any-thread] */
ez_plugin_file *ez_plugin_file_new(const char *path);

/* Describes an opened image. */
ez_plugin_file *ez_plugin_file_new_from_image(const ez_image *image);
void ez_plugin_file_free(ez_plugin_file *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_plugin_file, ez_plugin_file_free)

/* The part that has this alias; NULL if none. */
const ez_plugin_part *ez_plugin_file_part(const ez_plugin_file *self, const char *alias);

/* Can this execz work with a plugin of these versions?  Names them and what to do if not. */
execz_status ez_plugin_check_abi(uint32_t abi, uint32_t needs_abi, execz_error *err);

#endif
