/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "control/client.h"
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

/* States that are counted below the table. */
static const char *const counted[] = {"running", "waiting", "paused", "blocked"};

#define PART 256 /* tasks that the scheduler sends at once, so that both work at the same time */

typedef struct list {
    ez_table *table;
    execz_time now;
    unsigned n[G_N_ELEMENTS(counted)];
} list;

static void
add_part(void *user, const json_t *part)
{
    list *self = user;
    const json_t *tasks = json_object_get(part, "tasks");

    for (size_t i = 0; i < json_array_size(tasks); i++) {
        const json_t *task = json_array_get(tasks, i);

        add_row(self->table, task, self->now);
        for (size_t k = 0; k < G_N_ELEMENTS(counted); k++) {
            self->n[k] += ez_ask_has(task, "states", counted[k]);
        }
    }
}

static void
show(const list *self)
{
    size_t n = ez_table_count(self->table);

    if (n > 0) {
        ez_table_print(self->table, stdout, 0);
    }
    printf("%zu task%s", n, n == 1 ? "" : "s");
    for (size_t i = 0; i < G_N_ELEMENTS(counted); i++) {
        if (self->n[i] > 0) {
            printf(", %u %s", self->n[i], counted[i]);
        }
    }
    printf("\n");
}

/* Takes request. */
static int
ask_and_show(const char *socket, json_t *request)
{
    static const char *const head[] = {"TASK", "STATE", "NEXT", "LAST", "TREND", "WHY NOT"};
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));
    list self = {.table = table, .now = ez_when_now()};
    int status;

    json_object_set_new(request, "brief", json_true());
    json_object_set_new(request, "part", json_integer(PART));
    status = ez_client_ask_parts(socket, request, add_part, &self);
    if (status == EZ_EXIT_OK) {
        show(&self);
    }
    return status;
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
    return ask.json ? ez_ask_send(&ask, request, &result) : ask_and_show(ask.socket, request);
}

const ez_command ez_command_list = {"list", help, run, NULL};
