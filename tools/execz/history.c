/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "table.h"
#include "text.h"
#include "when.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz history [TASK] [--failed | --outcome OUTCOME] [--since WHEN] [--until WHEN]\n"
    "                     [-n N] [--socket PATH] [--json]\n"
    "\n"
    "How run times have ended, the newest first.\n"
    "\n"
    "  --failed         all that did not end well\n"
    "  --outcome WHICH  ok, error, missed, cancelled, timeout, lost or skipped\n"
    "  --since WHEN     ended since then: a time like 2027-01-31T09:00:00Z, or how long ago: 2h\n"
    "  --until WHEN     ended before then\n"
    "  -n, --limit N    so many at most; without this 20\n"
    "  --socket PATH    the scheduler's socket; without it $EXECZ_SOCKET, else the usual one\n"
    "  --json           an object for each, on a line of its own\n"
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 6 permission\n"
    "\n"
    "example: execz history backup --failed --since 2d\n";
/* clang-format on */

/* A time, or a duration before now, as the protocol wants it.  Caller frees; NULL if it is neither. */
static char *
read_when(const char *text)
{
    execz_time time;
    execz_duration ago;

    if (ez_text_parse_utc_time(text, &time)) {
        return g_strdup(text);
    }
    return ez_text_parse_duration(text, &ago) ? ez_text_utc_time(ez_when_now() - ago) : NULL;
}

static bool
set_when(const ez_command *command, json_t *request, const char *key, const char *text,
         int *exit_out)
{
    g_autofree char *when = text == NULL ? NULL : read_when(text);

    if (text != NULL && when == NULL) {
        *exit_out = ez_usage_error(command,
                                   "--%s: '%s' is neither a time like 2027-01-31T09:00:00Z nor a "
                                   "duration like 2h",
                                   key, text);
        return false;
    }
    ez_ask_set(request, key, when);
    return true;
}

/* ---- showing -------------------------------------------------------------------------------- */

/* The last line of the output says most. */
static char *
why_of(const json_t *record)
{
    const char *message = ez_ask_text(record, "message");
    const char *value = ez_ask_text(record, "value");
    const char *text = message != NULL ? message : value;

    return text == NULL ? g_strdup("") : g_strndup(text, strcspn(text, "\n"));
}

static void
add_row(ez_table *table, const json_t *record)
{
    execz_time scheduled = ez_when_of(record, "scheduled");
    execz_time started = ez_when_of(record, "started");
    g_autofree char *id = g_strdup_printf("%" JSON_INTEGER_FORMAT, ez_ask_count(record, "id"));
    g_autofree char *due = scheduled == EXECZ_TIME_NEVER ? NULL : ez_when_clock(scheduled);
    g_autofree char *late = started == EXECZ_TIME_NEVER || scheduled == EXECZ_TIME_NEVER
                                ? NULL
                                : ez_text_duration(started - scheduled);
    const json_t *took = json_object_get(record, "took");
    g_autofree char *length =
        took == NULL ? NULL : ez_text_duration((execz_duration)(json_number_value(took) * 1e9));
    g_autofree char *attempt =
        g_strdup_printf("%" JSON_INTEGER_FORMAT, ez_ask_count(record, "attempt"));
    g_autofree char *why = why_of(record);
    const char *row[] = {id,     ez_ask_text(record, "task"),    due,     late,
                         length, ez_ask_text(record, "outcome"), attempt, why};

    ez_table_add(table, row);
}

static void
show(const json_t *records)
{
    static const char *const head[] = {"RUN",  "TASK",   "DUE", "LATE",
                                       "TOOK", "RESULT", "TRY", "WHY"};
    g_autoptr(ez_table) table = ez_table_new(head, G_N_ELEMENTS(head));

    for (size_t i = 0; i < json_array_size(records); i++) {
        add_row(table, json_array_get(records, i));
    }
    if (ez_table_count(table) == 0) {
        printf("nothing has ended yet that this is about\n");
        return;
    }
    ez_table_print(table, stdout, 0);
}

static void
show_json(const json_t *records)
{
    for (size_t i = 0; i < json_array_size(records); i++) {
        json_dumpf(json_array_get(records, i), stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
        fputc('\n', stdout);
    }
}

/* ---- asking --------------------------------------------------------------------------------- */

typedef struct history_command {
    ez_ask ask;
    bool failed;
    const char *outcome;
    const char *since;
    const char *until;
    const char *limit;
} history_command;

static int
ask(const ez_command *command, const history_command *self, const char *task)
{
    json_t *request = ez_ask_for("history");
    const ez_ask plain = {self->ask.socket, false};
    guint64 limit = 20;
    json_t *result = NULL;
    int status;

    if (!set_when(command, request, "since", self->since, &status) ||
        !set_when(command, request, "until", self->until, &status)) {
        json_decref(request);
        return status;
    }
    if (self->limit != NULL &&
        !g_ascii_string_to_unsigned(self->limit, 10, 1, 10000, &limit, NULL)) {
        json_decref(request);
        return ez_usage_error(command, "--limit: '%s' is not a number from 1 to 10000",
                              self->limit);
    }
    ez_ask_set(request, "task", task);
    ez_ask_set(request, "outcome", self->failed ? "failed" : self->outcome);
    json_object_set_new(request, "limit", json_integer((json_int_t)limit));
    json_object_set_new(request, "output", json_boolean(self->ask.json));
    status = ez_ask_send(&plain, request, &result);
    if (result != NULL) {
        (self->ask.json ? show_json : show)(json_object_get(result, "records"));
        json_decref(result);
    }
    return status;
}

static int
run(const ez_command *command, int argc, char **argv)
{
    history_command self = {{NULL}};
    const char *task;
    const ez_arg options[] = {EZ_ASK_OPTIONS(&self.ask),
                              {"failed", 0, EZ_ARG_FLAG, &self.failed},
                              {"outcome", 0, EZ_ARG_TEXT, &self.outcome},
                              {"since", 0, EZ_ARG_TEXT, &self.since},
                              {"until", 0, EZ_ARG_TEXT, &self.until},
                              {"limit", 'n', EZ_ARG_TEXT, &self.limit},
                              {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    int status;

    if (!ez_args_read(command, options, argc, argv, arguments, &status) ||
        !ez_ask_at_most_one(command, arguments, "TASK", &task, &status)) {
        return status;
    }
    if (self.failed && self.outcome != NULL) {
        return ez_usage_error(command, "--failed and --outcome exclude each other");
    }
    return ask(command, &self, task);
}

const ez_command ez_command_history = {"history", help, run, NULL};
