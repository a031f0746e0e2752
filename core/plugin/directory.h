/* SPDX-License-Identifier: MIT */
/* One directory of plugins. */
#ifndef EZ_PLUGIN_DIRECTORY_H
#define EZ_PLUGIN_DIRECTORY_H

#include <glib.h>

#include "plugin/file.h"

typedef struct ez_plugin_directory {
    char *path;        /* owned */
    char *origin;      /* owned; who named it */
    char *skip_reason; /* owned; why it is never read, or NULL */
    char *remark;      /* owned; what the last reading says about it, or NULL */
    GPtrArray *files;  /* ez_plugin_file, owned, sorted by name */
} ez_plugin_directory;

ez_plugin_directory *ez_plugin_directory_new(const char *path, const char *origin,
                                             const char *skip_reason);
void ez_plugin_directory_free(ez_plugin_directory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_plugin_directory, ez_plugin_directory_free)

/* Describes the files that may be plugins: "*.so", not hidden.  A missing directory is normal. */
void ez_plugin_directory_scan(ez_plugin_directory *self);

/* The file that has this alias, other than the first `skip` ones of them; usable ones if usable,
 * else refused ones (whose file name stands for aliases nobody could read).  NULL: none. */
const ez_plugin_file *ez_plugin_directory_find(const ez_plugin_directory *self, const char *alias,
                                               bool usable, unsigned skip);

/* Appends what was found: "http.so -> http;  k8s.so refused: P206 ...". */
void ez_plugin_directory_describe(const ez_plugin_directory *self, GString *text);

#endif
