/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <stdio.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin which ALIAS [--plugin-path DIR]...\n"
    "\n"
    "Prints the path of the file that an alias stands for.  If there is none, it shows\n"
    "where it was looked for and what was found there.\n"
    "\n"
    "  --plugin-path DIR    one more directory, as plugin_path in a configuration\n"
    "  --json               as an object\n"
    "\n"
    "exit status: 0 found, 1 found but refused, 5 not found\n"
    "\n"
    "example: execz plugin which threadpool\n";
/* clang-format on */

static void
show(const ez_plugin_command *self, size_t index)
{
    execz_plugin_info info = ez_plugin_command_get(self, index);

    if (self->json) {
        json_t *object = ez_plugin_json(&info);

        json_dumpf(object, stdout, JSON_COMPACT);
        fputc('\n', stdout);
        json_decref(object);
    } else {
        puts(info.path);
    }
}

static int
run(const ez_command *self, int argc, char **argv)
{
    ez_plugin_command plugin;
    size_t index = 0;
    int status;

    if (!ez_plugin_command_open(&plugin, self, argc, argv, &status)) {
        return status;
    }
    status = ez_plugin_command_find(&plugin, &index);
    if (status == EZ_EXIT_OK) {
        show(&plugin, index);
    }
    ez_plugin_command_close(&plugin);
    return status;
}

const ez_command ez_command_plugin_which = {"plugin which", help, run, NULL};
