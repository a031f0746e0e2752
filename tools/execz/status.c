/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "table.h"
#include "when.h"

#include <stdio.h>

/* clang-format off */
static const char help[] =
    "usage: execz status [--socket PATH] [--json]\n"
    "\n"
    "What the running scheduler is, and how it is.\n"
    "\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 6 permission\n"
    "\n"
    "example: execz status\n";
/* clang-format on */

static void
show_executors(const json_t *executors)
{
    static const char *const head[] = {"EXECUTOR", "TYPE", "UNFINISHED", "WHY NOT"};
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));

    for (size_t i = 0; i < json_array_size(executors); i++) {
        const json_t *one = json_array_get(executors, i);
        g_autofree char *unfinished =
            g_strdup_printf("%" JSON_INTEGER_FORMAT, ez_ask_count(one, "unfinished"));
        const char *row[] = {ez_ask_text(one, "alias"), ez_ask_text(one, "type"), unfinished,
                             ez_ask_text(one, "unavailable")};

        ez_table_add(table, row);
    }
    if (ez_table_count(table) > 0) {
        printf("\n");
        ez_table_print(table, stdout, 0);
    }
}

static void
show_when(const json_t *status)
{
    execz_time now = ez_when_now();
    execz_time started = ez_when_of(status, "started");
    execz_time next = ez_when_of(status, "next_run");
    g_autofree char *ago = ez_when_ago(started, now);
    g_autofree char *clock = ez_when_clock(started);
    g_autofree char *then =
        next == EXECZ_TIME_NEVER ? g_strdup("nothing is scheduled") : ez_when_next(next, now);

    printf("started     %s (%s)\n", clock, ago);
    printf("next        %s\n", then);
}

static void
show(const json_t *status)
{
    const char *config = ez_ask_text(status, "config");

    printf("execz %s, process %" JSON_INTEGER_FORMAT ": %s\n", ez_ask_text(status, "version"),
           ez_ask_count(status, "pid"), ez_ask_text(status, "state"));
    printf("config      %s\n", config == NULL ? "none" : config);
    printf("socket      %s\n", ez_ask_text(status, "socket"));
    show_when(status);
    printf("tasks       %" JSON_INTEGER_FORMAT ": %" JSON_INTEGER_FORMAT
           " scheduled, %" JSON_INTEGER_FORMAT " paused, %" JSON_INTEGER_FORMAT " blocked\n",
           ez_ask_count(status, "tasks"), ez_ask_count(status, "scheduled"),
           ez_ask_count(status, "paused"), ez_ask_count(status, "blocked"));
    printf("unfinished  %" JSON_INTEGER_FORMAT "\n", ez_ask_count(status, "unfinished"));
    show_executors(json_object_get(status, "executors"));
    if (json_is_true(json_object_get(status, "loop_is_busy"))) {
        printf("\nThe scheduler's loop is inside of a task; what is said of executors is old.\n");
    }
}

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
    status = ez_ask_send(&ask, ez_ask_for("status"), &result);
    if (result != NULL) {
        show(result);
        json_decref(result);
    }
    return status;
}

const ez_command ez_command_status = {"status", help, run, NULL};
