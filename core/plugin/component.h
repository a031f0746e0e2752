/* SPDX-License-Identifier: MIT */
/* What the descriptor of loaded code says, checked against its file and copied. */
#ifndef EZ_PLUGIN_COMPONENT_H
#define EZ_PLUGIN_COMPONENT_H

#include "plugin/file.h"

typedef struct ez_component {
    const ez_plugin_part *part; /* borrowed from the module's file: aliases, caps, options */
    void *ops; /* owned; the plugin's table for part->kind in this execz's size, the rest zero; NULL
                  if this execz does not know the kind */
} ez_component;

/* Copies what both know of a struct that starts with its size; false if it is shorter than in the
 * first version. */
bool ez_copy_sized(void *out, size_t out_size, const void *from, uint32_t from_size,
                   size_t least_size);

/* Checks descriptor against file and fills components, one for each part of the file. */
execz_status ez_components_read(const execz_plugin *descriptor, const ez_plugin_file *file,
                                ez_component *components, execz_error *err);

/* Takes the ops table of one component; file names it in errors. */
execz_status ez_component_take_ops(ez_component *self, const ez_plugin_file *file, const void *ops,
                                   execz_error *err);

#endif
