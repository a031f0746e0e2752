/* SPDX-License-Identifier: MIT */
/* execz: the one command people type. */
#include "command.h"

#include <locale.h>
#include <string.h>

#include <execz/execz.h>

/* clang-format off */
static const char help[] =
    "usage: execz COMMAND [ARGUMENT...]\n"
    "\n"
    "execz runs tasks at their times, each on an executor that is a plugin.\n"
    "\n"
    "commands\n"
    "  start -c FILE         run the tasks of a configuration, in the foreground\n"
    "  check FILE            read a configuration and say what is wrong with it\n"
    "  preview               when a trigger fires\n"
    "  plugin list           which plugins there are\n"
    "  plugin info ALIAS     what a plugin is and which options it has\n"
    "  plugin which ALIAS    the file that an alias stands for\n"
    "  plugin check FILE     whether an executor keeps the contract of plugins\n"
    "  plugin new NAME       a directory with an executor to begin with\n"
    "  version               the versions of execz and of its plugin ABI\n"
    "  help COMMAND          more about a command; the same as execz COMMAND --help\n"
    "\n"
    "exit status: 0 ok, 1 failed, 2 usage, 3 configuration, 5 not found\n"
    "\n"
    "example: execz start -c examples/hello.conf --for 3s\n";
/* clang-format on */

static const ez_command *const parts[] = {&ez_command_start,   &ez_command_check,
                                          &ez_command_preview, &ez_command_plugin,
                                          &ez_command_version, NULL};

static const ez_command execz = {"", help, ez_command_choose, parts};

int
main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        return ez_command_version.run(&ez_command_version, 0, argv + 2);
    }
    return ez_command_choose(&execz, argc - 1, argv + 1);
}
