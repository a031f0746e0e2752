/* SPDX-License-Identifier: MIT */
/* The shared objects of this process, and second copies among them. */
#ifndef EZ_PLUGIN_OBJECTS_H
#define EZ_PLUGIN_OBJECTS_H

#include <glib.h>

/* The libraries that are loaded now. */
typedef struct ez_objects ez_objects;

ez_objects *ez_objects_new(void);
void ez_objects_free(ez_objects *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_objects, ez_objects_free)

/* Adds a sentence to warnings (owned by it) for each library that was loaded since although one of
 * its name, in this or another version, was there already. */
void ez_objects_report_copies(const ez_objects *self, GPtrArray *warnings);

#endif
