/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "text.h"
#include "when.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: execz timeline [TEXT] [--for DURATION] [--prefix TEXT] [--socket PATH] [--json]\n"
    "\n"
    "What runs in the next hours, as a picture: a line for each task, and in it a mark where it\n"
    "runs: . once, : up to 9 times, # more often.  TEXT stands in the id or the name.\n"
    "\n"
    "  --for DURATION   how far to look; without this 24h\n"
    "  --prefix TEXT    the id begins so\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 6 permission\n"
    "\n"
    "example: execz timeline --for 6h\n";
/* clang-format on */

#define LABEL_MAX 24 /* characters of an id */

/* Columns of the terminal; 80 if there is none. */
static int
width_of_terminal(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : 80;
}

static int
label_width(const json_t *tasks)
{
    size_t width = 4;

    for (size_t i = 0; i < json_array_size(tasks); i++) {
        width = MAX(width, strlen(ez_ask_text(json_array_get(tasks, i), "task")));
    }
    return (int)MIN(width, LABEL_MAX);
}

/* A clock above every tenth column or so. */
static void
show_axis(const json_t *result, int label, size_t columns)
{
    execz_time from = ez_when_of(result, "from");
    execz_time until = ez_when_of(result, "until");
    bool days = until - from > 2 * EXECZ_DAY;

    printf("%-*s  ", label, "TASK");
    for (size_t at = 0; at + 8 <= columns; at += 10) {
        execz_time time =
            from + (execz_time)((double)(until - from) * (double)at / (double)columns);
        g_autofree char *clock = ez_when_clock(time);
        g_autofree char *tick = g_strndup(clock + (days ? 5 : 11), 5);

        printf("|%-9s", tick);
    }
    printf("\n");
}

static void
show_row(const json_t *row, int label)
{
    const json_t *counts = json_object_get(row, "counts");
    execz_time counted = ez_when_of(row, "counted_until");

    printf("%-*.*s  ", label, label, ez_ask_text(row, "task"));
    for (size_t i = 0; i < json_array_size(counts); i++) {
        json_int_t n = json_integer_value(json_array_get(counts, i));

        putchar(n == 0 ? ' ' : n == 1 ? '.' : n < 10 ? ':' : '#');
    }
    if (counted != EXECZ_TIME_NEVER) {
        g_autofree char *clock = ez_when_clock(counted);

        printf(" counted until %s", clock);
    }
    printf("\n");
}

static void
show(const json_t *result)
{
    const json_t *tasks = json_object_get(result, "tasks");
    const json_t *first = json_array_get(tasks, 0);
    json_int_t left_out = ez_ask_count(result, "left_out");
    int label = label_width(tasks);

    if (first == NULL) {
        printf("nothing runs in this time\n");
        return;
    }
    show_axis(result, label, json_array_size(json_object_get(first, "counts")));
    for (size_t i = 0; i < json_array_size(tasks); i++) {
        show_row(json_array_get(tasks, i), label);
    }
    if (left_out > 0) {
        printf("%" JSON_INTEGER_FORMAT
               " more tasks are left out; name some with TEXT or --prefix\n",
               left_out);
    }
}

static int
run(const ez_command *self, int argc, char **argv)
{
    ez_ask ask = {NULL};
    const char *text, *prefix = NULL;
    execz_duration length = 24 * EXECZ_HOUR;
    const ez_arg options[] = {EZ_ASK_OPTIONS(&ask),
                              {"for", 0, EZ_ARG_DURATION, &length},
                              {"prefix", 0, EZ_ARG_TEXT, &prefix},
                              {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    json_t *request, *result = NULL;
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status) ||
        !ez_ask_at_most_one(self, arguments, "TEXT", &text, &status)) {
        return status;
    }
    request = ez_ask_for("timeline");
    ez_ask_set(request, "text", text);
    ez_ask_set(request, "prefix", prefix);
    json_object_set_new(request, "seconds", json_integer(MAX(1, length / EXECZ_SECOND)));
    json_object_set_new(request, "columns",
                        json_integer(MIN(width_of_terminal(), 200) - LABEL_MAX - 4));
    status = ez_ask_send(&ask, request, &result);
    if (result != NULL) {
        show(result);
        json_decref(result);
    }
    return status;
}

const ez_command ez_command_timeline = {"timeline", help, run, NULL};
