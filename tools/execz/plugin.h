/* SPDX-License-Identifier: MIT */
/* What the plugin commands have in common. */
#ifndef EZ_TOOL_PLUGIN_H
#define EZ_TOOL_PLUGIN_H

#include "args.h"

#include <execz/catalog.h>

#include <jansson.h>

typedef struct ez_plugin_command {
    bool json;
    bool all;               /* of plugin list, as the next */
    const char *socket;     /* borrowed; NULL: the usual one */
    GPtrArray *plugin_path; /* of char *, absolute, owned; NULL-terminated once it is open */
    GPtrArray *arguments;   /* of char *, borrowed */
    execz_catalog *catalog; /* owned */
} ez_plugin_command;

/* Reads the command line and looks at all directories.  False: the command ends with *exit_out. */
bool ez_plugin_command_open(ez_plugin_command *self, const ez_command *command, int argc,
                            char **argv, int *exit_out);
void ez_plugin_command_close(ez_plugin_command *self);

/* What is known of number index. */
execz_plugin_info ez_plugin_command_get(const ez_plugin_command *self, size_t index);

/* Finds what the command's only argument names, an alias or a file.  Returns EZ_EXIT_*; anything but
 * EZ_EXIT_OK was explained on stderr. */
int ez_plugin_command_find(ez_plugin_command *self, size_t *index_out);

/* "executor" for "execz.executor/1".  Caller frees. */
char *ez_plugin_kind(const char *kind);

/* The facts that a list and a detailed view have in common. */
json_t *ez_plugin_json(const execz_plugin_info *info);

/* The words for caps, as in its manifest; up to NULL.  Caller frees the array. */
const char **ez_plugin_caps(uint32_t caps);

#endif
