/* SPDX-License-Identifier: MIT */
/* Waits until something has changed in directories of plugins, and has then been quiet for a moment.
 *
 * A file counts when it is complete: closed by its writer, renamed into the directory, or taken out of
 * it.  A directory that is not there yet is waited for.  Used by one thread. */
#ifndef EZ_PLUGIN_WATCH_H
#define EZ_PLUGIN_WATCH_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

typedef struct ez_plugin_watch ez_plugin_watch;

/* NULL if the system refuses. */
ez_plugin_watch *ez_plugin_watch_new(execz_error *err);
void ez_plugin_watch_free(ez_plugin_watch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_plugin_watch, ez_plugin_watch_free)

/* From now on these directories, absolute and NULL-terminated. */
void ez_plugin_watch_set(ez_plugin_watch *self, const char *const *directories);

/* Waits for a change; false if stop_fd became readable before. */
bool ez_plugin_watch_wait(ez_plugin_watch *self, int stop_fd);

/* Whether somebody has the file open for writing, as far as the system tells: it does of the files of
 * the user, and root is told of all. */
bool ez_plugin_is_being_written(const char *path);

#endif
