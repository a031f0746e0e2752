/* SPDX-License-Identifier: MIT */
#include "args.h"

#include <stdio.h>

#include <execz/execz.h>

/* clang-format off */
static const char help[] =
    "usage: execz version [--json]\n"
    "\n"
    "Prints the version of execz and that of the plugin ABI it speaks.\n"
    "\n"
    "example: execz version --json\n";
/* clang-format on */

static int
run(const ez_command *self, int argc, char **argv)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    bool json = false;
    const ez_arg options[] = {{"json", 0, EZ_ARG_FLAG, &json}, {NULL}};
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments->len > 0) {
        return ez_usage_error(self, "what is '%s'?", (char *)arguments->pdata[0]);
    }
    printf(json ? "{\"version\":\"%s\",\"plugin_abi\":\"%s\"}\n" : "execz %s\nplugin ABI %s\n",
           execz_version(), EXECZ_ABI_TEXT);
    return EZ_EXIT_OK;
}

const ez_command ez_command_version = {"version", help, run, NULL};
