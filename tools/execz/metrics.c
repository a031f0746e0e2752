/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include <stdio.h>

/* clang-format off */
static const char help[] =
    "usage: execz metrics [--socket PATH] [--json]\n"
    "\n"
    "Figures of the running scheduler for a monitoring system, in the text format of\n"
    "Prometheus.  With [scheduler] metrics = 127.0.0.1:9464 they are served over HTTP, too.\n"
    "\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 6 permission\n"
    "\n"
    "example: execz metrics | grep execz_runs_total\n";
/* clang-format on */

static int
run(const ez_command *self, int argc, char **argv)
{
    ez_ask ask = {NULL};
    const ez_arg options[] = {EZ_ASK_OPTIONS(&ask), {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    json_t *result = NULL;
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status) ||
        !ez_ask_none(self, arguments, &status)) {
        return status;
    }
    status = ez_ask_send(&ask, ez_ask_for("metrics"), &result);
    if (result != NULL) {
        fputs(ez_ask_text(result, "text"), stdout);
        json_decref(result);
    }
    return status;
}

const ez_command ez_command_metrics = {"metrics", help, run, NULL};
