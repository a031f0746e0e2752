/* SPDX-License-Identifier: MIT */
/* Which plugins there are, and what each alias means. */
#ifndef EZ_PLUGIN_CATALOG_H
#define EZ_PLUGIN_CATALOG_H

#include <stdbool.h>

#include <glib.h>

#include "plugin/file.h"

/* Where to look; all borrowed, only for the call of ez_catalog_new(). */
typedef struct ez_catalog_settings {
    const char *builtin_dir;         /* NULL: the directory beside libexecz */
    const char *const *plugin_path;  /* the configuration's directories, NULL-terminated; or NULL */
    const char *environment_path;    /* EXECZ_PLUGIN_PATH; NULL: not set */
    const char *data_home;           /* parent of execz/plugins-1; NULL: the user has none */
    const char *environment_ignored; /* why the two above do not count; NULL: they do */
} ez_catalog_settings;

/* The settings of this process; the texts stay valid until the environment changes, plugin_path is
 * the caller's to fill.  [setup] */
ez_catalog_settings ez_catalog_settings_of_process(void);

/* Used by one thread at a time. */
typedef struct ez_catalog ez_catalog;

/* A catalog of what is there now. */
ez_catalog *ez_catalog_new(const ez_catalog_settings *settings);
void ez_catalog_free(ez_catalog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_catalog, ez_catalog_free)

/* Reads all directories anew, without running any plugin code.  Every ez_plugin_file that was
 * given out before becomes invalid. */
void ez_catalog_scan(ez_catalog *self);

/* The usable file that has this alias.  NULL with EXECZ_E_NOT_FOUND if nobody has it, with
 * EXECZ_E_PLUGIN if whoever has it cannot be used. */
const ez_plugin_file *ez_catalog_find(ez_catalog *self, const char *alias, execz_error *err);

/* The file at an absolute path, in whatever directory; NULL as above. */
const ez_plugin_file *ez_catalog_find_file(ez_catalog *self, const char *path, execz_error *err);

/* Every file of every directory, usable or refused, in the order of the search; then those that
 * ez_catalog_find_file() found elsewhere. */
size_t ez_catalog_count(const ez_catalog *self);
const ez_plugin_file *ez_catalog_get(const ez_catalog *self, size_t index);

/* The directories that are read, NULL-terminated.  Caller frees with g_strfreev(). */
char **ez_catalog_directories(const ez_catalog *self);

/* Why a file was looked at, e.g. "built in", "plugin_path", "named" (by its path). */
const char *ez_catalog_origin(const ez_catalog *self, const ez_plugin_file *file);

/* The path of the file that has this alias, usable or not; NULL if none has. */
const char *ez_catalog_which(const ez_catalog *self, const char *alias);

/* Where was looked for alias (NULL: for any) and what was found there, in several lines without a
 * closing newline.  Caller frees. */
char *ez_catalog_trace(const ez_catalog *self, const char *alias);

#endif
