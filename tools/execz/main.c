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
    "the scheduler\n"
    "  start [-c FILE]       run the tasks of a configuration, in the foreground\n"
    "  status                what the running scheduler is, and how it is\n"
    "  list                  its tasks: when next, how it went last, and why not\n"
    "  inspect TASK          everything about one of them\n"
    "  timeline              what runs in the next hours, as a picture\n"
    "  run TASK              now, beside its schedule\n"
    "  pause, resume TASK    with --all the whole scheduler\n"
    "  add, update TASK KEY=VALUE...  as in [task:TASK] of a configuration\n"
    "  remove TASK\n"
    "  history [TASK]        how run times have ended\n"
    "  logs RUN | TASK       what a run has printed\n"
    "  top                   a live view of all this\n"
    "  metrics               figures for a monitoring system\n"
    "  doctor                what is wrong here, and how to mend it\n"
    "  import crontab FILE   its lines as tasks\n"
    "  reload                apply a configuration that has changed\n"
    "\n"
    "without a scheduler\n"
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
    "exit status: 0 ok, 1 failed, 2 usage, 3 configuration, 4 no scheduler runs,\n"
    "             5 not found, 6 permission, 7 conflict\n"
    "\n"
    "example: execz start -c examples/hello.conf --for 3s\n";
/* clang-format on */

const ez_command *const ez_command_all[] = {
    &ez_command_start,    &ez_command_status,  &ez_command_list,     &ez_command_inspect,
    &ez_command_timeline, &ez_command_run,     &ez_command_pause,    &ez_command_resume,
    &ez_command_remove,   &ez_command_add,     &ez_command_update,   &ez_command_reload,
    &ez_command_history,  &ez_command_logs,    &ez_command_check,    &ez_command_preview,
    &ez_command_plugin,   &ez_command_version, &ez_command_complete, &ez_command_import,
    &ez_command_doctor,   &ez_command_top,     &ez_command_metrics,  NULL};

static const ez_command execz = {"", help, ez_command_choose, ez_command_all};

int
main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        return ez_command_version.run(&ez_command_version, 0, argv + 2);
    }
    return ez_command_choose(&execz, argc - 1, argv + 1);
}
