/* SPDX-License-Identifier: MIT */
/* Puts back what foreign code changed about the whole process while it was loaded. */
#ifndef EZ_PLUGIN_GUARD_H
#define EZ_PLUGIN_GUARD_H

#include <glib.h>

/* Signal dispositions, signal mask, umask, working directory, locale, resource limits and environment,
 * as they are now. */
typedef struct ez_guard ez_guard;

ez_guard *ez_guard_new(void);

/* Restores what changed since ez_guard_new(), adds one sentence about each (owned by warnings) and
 * frees self.  Same thread as ez_guard_new(). */
void ez_guard_restore(ez_guard *self, GPtrArray *warnings);

#endif
