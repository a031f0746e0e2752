/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "table.h"
#include "text.h"
#include "when.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz list [TEXT] [--state STATE] [--executor ALIAS] [--prefix TEXT]\n"
    "                  [--sort ORDER] [--socket PATH] [--json]\n"
    "\n"
    "Lists the tasks of the running scheduler: when next, how it went last, and why not.\n"
    "TEXT stands in the id or the name.  TREND is a letter for each of the last runs, the newest\n"
    "last: . ok, Error, Timeout, Missed, Cancelled, Lost, Skipped.\n"
    "\n"
    "  --state STATE    pending, scheduled, paused, running, waiting or blocked\n"
    "  --executor ALIAS on that executor\n"
    "  --prefix TEXT    the id begins so\n"
    "  --sort ORDER     next_run (without this), task, name or executor\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 6 permission\n"
    "\n"
    "example: execz list --state blocked\n";
/* clang-format on */

/* What a task is doing, the most telling of its states. */
static const char *
state_of(const json_t *task)
{
    static const char *const order[] = {"blocked", "running",   "waiting",
                                        "paused",  "scheduled", "pending"};

    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        if (ez_ask_has(task, "states", order[i])) {
            return order[i];
        }
    }
    return "ended";
}

static char *
next_of(const json_t *task, execz_time now)
{
    execz_time next = ez_when_of(task, "next_run");

    if (next != EXECZ_TIME_NEVER) {
        return ez_when_next(next, now);
    }
    return g_strdup(ez_ask_has(task, "states", "paused")    ? "paused"
                    : ez_ask_has(task, "states", "pending") ? "at the start"
                                                            : "never");
}

static char *
last_of(const json_t *task, execz_time now)
{
    execz_time last = ez_when_of(task, "last_end");
    g_autofree char *ago = last == EXECZ_TIME_NEVER ? NULL : ez_when_ago(last, now);

    return ago == NULL ? g_strdup("")
                       : g_strdup_printf("%s %s", ez_ask_text(task, "last_outcome"), ago);
}

/* Why it does not run, as far as there is a reason. */
static char *
note_of(const json_t *task)
{
    const char *blocked = ez_ask_text(task, "blocked");
    const char *reason = ez_ask_text(task, "paused_reason");
    execz_time until = ez_when_of(task, "paused_until");
    g_autofree char *clock = until == EXECZ_TIME_NEVER ? NULL : ez_when_clock(until);

    if (blocked != NULL) {
        return g_strndup(blocked, strcspn(blocked, "\n"));
    }
    return g_strdup_printf("%s%s%s%s", reason == NULL ? "" : reason,
                           reason != NULL && clock != NULL ? ", " : "",
                           clock == NULL ? "" : "until ", clock == NULL ? "" : clock);
}

static void
add_row(ez_table *table, const json_t *task, execz_time now)
{
    g_autofree char *next = next_of(task, now);
    g_autofree char *last = last_of(task, now);
    g_autofree char *note = note_of(task);
    const char *row[] = {
        ez_ask_text(task, "task"), state_of(task), next, last, ez_ask_text(task, "trend"), note};

    ez_table_add(table, row);
}

static unsigned
count_state(const json_t *tasks, const char *state)
{
    unsigned n = 0;

    for (size_t i = 0; i < json_array_size(tasks); i++) {
        n += ez_ask_has(json_array_get(tasks, i), "states", state);
    }
    return n;
}

static void
show_sum(const json_t *tasks)
{
    static const char *const states[] = {"running", "waiting", "paused", "blocked"};
    size_t n = json_array_size(tasks);

    printf("%zu task%s", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        unsigned of = count_state(tasks, states[i]);

        if (of > 0) {
            printf(", %u %s", of, states[i]);
        }
    }
    printf("\n");
}

static void
show(const json_t *result)
{
    static const char *const head[] = {"TASK", "STATE", "NEXT", "LAST", "TREND", "WHY NOT"};
    const json_t *tasks = json_object_get(result, "tasks");
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));
    execz_time now = ez_when_now();

    for (size_t i = 0; i < json_array_size(tasks); i++) {
        add_row(table, json_array_get(tasks, i), now);
    }
    if (ez_table_count(table) > 0) {
        ez_table_print(table, stdout, 0);
    }
    show_sum(tasks);
}

static int
run(const ez_command *self, int argc, char **argv)
{
    ez_ask ask = {NULL};
    const char *text, *state = NULL, *executor = NULL, *prefix = NULL, *sort = NULL;
    const ez_arg options[] = {EZ_ASK_OPTIONS(&ask),
                              {"state", 0, EZ_ARG_TEXT, &state},
                              {"executor", 0, EZ_ARG_TEXT, &executor},
                              {"prefix", 0, EZ_ARG_TEXT, &prefix},
                              {"sort", 0, EZ_ARG_TEXT, &sort},
                              {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    json_t *request, *result = NULL;
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status) ||
        !ez_ask_at_most_one(self, arguments, "TEXT", &text, &status)) {
        return status;
    }
    request = ez_ask_for("list");
    ez_ask_set(request, "text", text);
    ez_ask_set(request, "state", state);
    ez_ask_set(request, "executor", executor);
    ez_ask_set(request, "prefix", prefix);
    ez_ask_set(request, "sort", sort);
    json_object_set_new(request, "trend", json_true());
    json_object_set_new(request, "brief", json_boolean(!ask.json));
    status = ez_ask_send(&ask, request, &result);
    if (result != NULL) {
        show(result);
        json_decref(result);
    }
    return status;
}

const ez_command ez_command_list = {"list", help, run, NULL};
