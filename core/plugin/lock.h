/* SPDX-License-Identifier: MIT */
/* Which bytes each alias may stand for: the file plugins.lock. */
#ifndef EZ_PLUGIN_LOCK_H
#define EZ_PLUGIN_LOCK_H

#include <stdbool.h>

#include "plugin/file.h"

/* Immutable, so any thread may ask it. */
typedef struct ez_lock ez_lock;

/* Reads the lock file at an absolute path by the rules for plugins.  Without a file (or path NULL)
 * everything is allowed, or nothing if required; with one that cannot be used, nothing. */
ez_lock *ez_lock_new(const char *path, bool required);
void ez_lock_free(ez_lock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_lock, ez_lock_free)

/* May what has that main alias in file be run?  self NULL: everything may. */
execz_status ez_lock_check(const ez_lock *self, const ez_plugin_file *file, const char *alias,
                           execz_error *err);

#endif
