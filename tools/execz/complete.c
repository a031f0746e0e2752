/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include "control/client.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz complete commands | tasks | runs [--socket PATH]\n"
    "\n"
    "What a shell can complete, a word on a line: for the completions of bash, zsh and fish that are\n"
    "installed with execz.  Without a scheduler there are no tasks and no runs.\n"
    "\n"
    "example: execz complete tasks\n";
/* clang-format on */

#define RUNS 20 /* the newest that are shown */

static int
show_tasks(const char *socket)
{
    json_t *result = NULL;
    int status = ez_client_ask(socket, ez_ask_for("list"), &result);
    const json_t *tasks = json_object_get(result, "tasks");

    for (size_t i = 0; i < json_array_size(tasks); i++) {
        printf("%s\n", ez_ask_text(json_array_get(tasks, i), "task"));
    }
    json_decref(result);
    return status;
}

static int
show_runs(const char *socket)
{
    json_t *request = ez_ask_for("history"), *result = NULL, *record;
    size_t i;
    int status;

    json_object_set_new(request, "limit", json_integer(RUNS));
    status = ez_client_ask(socket, request, &result);
    json_array_foreach(json_object_get(result, "records"), i, record)
    {
        printf("%" JSON_INTEGER_FORMAT "\n", ez_ask_count(record, "id"));
    }
    json_decref(result);
    return status;
}

static int
run(const ez_command *self, int argc, char **argv)
{
    const char *socket = NULL, *what;
    const ez_arg options[] = {{"socket", 0, EZ_ARG_TEXT, &socket}, {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    what = ez_ask_one(self, arguments, "commands, tasks or runs", &status);
    if (what == NULL) {
        return status;
    }
    if (strcmp(what, "tasks") == 0) {
        return show_tasks(socket);
    }
    if (strcmp(what, "runs") == 0) {
        return show_runs(socket);
    }
    if (strcmp(what, "commands") != 0) {
        return ez_usage_error(self, "'%s' is none of commands, tasks and runs", what);
    }
    for (const ez_command *const *part = ez_command_all; *part != NULL; part++) {
        printf("%s\n", (*part)->name);
    }
    return EZ_EXIT_OK;
}

const ez_command ez_command_complete = {"complete", help, run, NULL};
