/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "problems.h"

#include <inttypes.h>
#include <stdio.h>

/* clang-format off */
static const char help[] =
    "usage: execz check FILE [--json]\n"
    "\n"
    "Reads a configuration with its drop-ins and finds the plugins it names, as start\n"
    "does, and says everything that is wrong with it.  Starts nothing.\n"
    "\n"
    "  --json    each problem as an object on a line of its own, on stdout\n"
    "\n"
    "exit status: 0 if all is well, 3 if there is a problem\n"
    "\n"
    "example: execz check examples/hello.conf\n";
/* clang-format on */

static void
count(void *user, const execz_executor_info *executor)
{
    (void)executor;
    ++*(unsigned *)user;
}

static void
show_ok(const char *path, execz_scheduler *scheduler, bool json)
{
    execz_scheduler_info info = {.size = sizeof info};
    unsigned n = 0;

    execz_scheduler_get_info(scheduler, &info);
    execz_scheduler_list_executors(scheduler, count, &n);
    if (!json) {
        printf("%s: ok, %" PRIu64 " task%s, %u executor%s\n", path, info.tasks,
               info.tasks == 1 ? "" : "s", n, n == 1 ? "" : "s");
    }
}

static int
run(const ez_command *self, int argc, char **argv)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    bool json = false;
    const ez_arg options[] = {{"json", 0, EZ_ARG_FLAG, &json}, {NULL}};
    execz_scheduler *scheduler;
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments->len != 1) {
        return ez_usage_error(self, arguments->len == 0 ? "which file?" : "one file at a time");
    }
    scheduler = ez_problems_load(arguments->pdata[0], NULL, json, "start would refuse it", &status);
    if (scheduler == NULL) {
        return status;
    }
    show_ok(arguments->pdata[0], scheduler, json);
    execz_scheduler_free(scheduler);
    return EZ_EXIT_OK;
}

const ez_command ez_command_check = {"check", help, run, NULL};
