/* SPDX-License-Identifier: MIT */
/**
 * execz/catalog.h -- which plugins are there, read from their files without running any of their
 * code.
 */
#ifndef EXECZ_CATALOG_H
#define EXECZ_CATALOG_H

#include <execz/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct execz_catalog execz_catalog;

/**
 * What is known of one thing that a plugin file provides, or of a file that cannot be used.  Texts
 * and tables are the catalog's; a text is NULL, a number 0 where it is not known.
 */
typedef struct execz_plugin_info {
    uint32_t size;
    uint32_t abi;
    uint32_t needs_abi;
    uint32_t caps; /* EXECZ_CAP_* */
    const char *path;
    const char *origin; /* why its directory is searched, e.g. "built in", "plugin_path" */
    const char *alias;  /* names, the main one first, blanks between */
    const char *id;
    const char *version;
    const char *kind;
    const char *summary;
    const char *shadowed_by;  /* path of an earlier file that has the alias; NULL: none */
    const char *refusal_code; /* why it cannot be used; NULL: nothing is known against it */
    const char *refusal;
    const execz_option *options;
    const execz_option *task_options;
    uint32_t n_options;
    uint32_t n_task_options;
    const char *sha256; /* of the file, in hexadecimal digits */
} execz_plugin_info;

/**
 * Looks at all plugin directories.
 *
 * @plugin_path  more directories, absolute, NULL-terminated; or NULL
 *
 * [any-thread]
 */
EXECZ_API execz_catalog *execz_catalog_new(const char *const *plugin_path);
EXECZ_API void execz_catalog_free(execz_catalog *self);

/** How many things were found, usable or not. */
EXECZ_API size_t execz_catalog_count(const execz_catalog *self);

/** Fills the first info_out->size bytes about number index, in the order of the search. */
EXECZ_API void execz_catalog_get(const execz_catalog *self, size_t index,
                                 execz_plugin_info *info_out);

/**
 * Finds the file an alias, or an absolute path, stands for; *index_out is its number.
 * EXECZ_E_NOT_FOUND if there is none, EXECZ_E_PLUGIN if it cannot be used; err says why.
 */
EXECZ_API execz_status execz_catalog_find(execz_catalog *self, const char *alias, size_t *index_out,
                                          execz_error *err);

/**
 * The search for alias as text of several lines: where, what was found, what was refused and why,
 * and the nearest name.  Free with free().
 */
EXECZ_API char *execz_catalog_trace(const execz_catalog *self, const char *alias);

/** What the stable code of a refusal means, e.g. that of execz_error.code; texts live for ever. */
typedef struct execz_code_info {
    uint32_t size;
    uint32_t reserved;
    const char *code;    /* "P201" */
    const char *title;   /* what it is, in a few words */
    const char *cause;   /* why it is so */
    const char *remedy;  /* what to do about it */
    const char *example; /* a command or a line that does or shows it */
} execz_code_info;

/** How many codes of plugins there are. */
EXECZ_API size_t execz_plugin_code_count(void);

/** Fills the first info_out->size bytes about number index, in the order of the codes' subjects. */
EXECZ_API void execz_plugin_code_get(size_t index, execz_code_info *info_out);

#ifdef __cplusplus
}
#endif
#endif
