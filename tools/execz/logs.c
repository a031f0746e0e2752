/* SPDX-License-Identifier: MIT */
#include "run_name.h"

#include "text.h"
#include "when.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz logs RUN | TASK [-f] [-n N] [--socket PATH] [--json]\n"
    "\n"
    "What a run has printed, or the last runs of a task, the newest last.  RUN is its number, as\n"
    "execz history shows it, or its last 4 digits or more if no other of the newest 1,000 ends\n"
    "so; or TASK#-1 for the last run of a task that has ended, TASK#-2 for the one before.\n"
    "\n"
    "  -f, --follow     go on with the runs that end from now on, until Ctrl-C\n"
    "  -n, --limit N    of so many runs of the task; without this 1\n"
    "  --socket PATH    the scheduler's socket; without it $EXECZ_SOCKET, else the usual one\n"
    "  --json           an object for each run, on a line of its own\n"
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 5 no such run or task, 6 permission\n"
    "\n"
    "example: execz logs backup -f\n";
/* clang-format on */

#define FOLLOW_WAIT 20 /* seconds that the scheduler lets a question for more wait for its answer */
#define FOLLOW_LIMIT 1000 /* runs that can end between two answers and still be shown */

typedef struct logs {
    ez_ask ask;
    bool follow;
    guint64 limit;
    const char *task;  /* NULL: it is about one run */
    json_int_t record; /* that one */
    json_int_t shown;  /* the newest that was shown; 0: none */
} logs;

static void
show_record(const logs *self, const json_t *record)
{
    const char *output = ez_ask_text(record, "output");
    const char *message = ez_ask_text(record, "message");
    const char *value = ez_ask_text(record, "value");
    json_int_t dropped = ez_ask_count(record, "output_dropped");
    execz_time finished = ez_when_of(record, "finished");
    g_autofree char *clock = ez_when_clock(finished);
    g_autoptr(GString) text = g_string_new(NULL);

    if (self->ask.json) {
        json_dumpf(record, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
        fputc('\n', stdout);
        return;
    }
    printf("==> run %" JSON_INTEGER_FORMAT " of %s, %s: %s%s%s\n", ez_ask_count(record, "id"),
           ez_ask_text(record, "task"), clock, ez_ask_text(record, "outcome"),
           message == NULL ? "" : ", ", message == NULL ? "" : message);
    output = output != NULL ? output : value;
    if (output != NULL && output[0] != '\0') {
        ez_text_append_safe(text, output, strlen(output), "");
        printf("%s%s", text->str, g_str_has_suffix(text->str, "\n") ? "" : "\n");
    }
    if (dropped > 0) {
        printf("... %" JSON_INTEGER_FORMAT " bytes in the middle were not kept\n", dropped);
    }
}

/* What is new, the oldest first; wait: seconds until there is something.  Returns EZ_EXIT_*. */
static int
show_new(logs *self, guint64 limit, unsigned wait, size_t *n_out)
{
    const ez_ask plain = {self->ask.socket, false};
    json_t *request = ez_ask_for("history");
    json_t *result = NULL;
    const json_t *records;
    int status;

    ez_ask_set(request, "task", self->task);
    json_object_set_new(request, "record", json_integer(self->record));
    json_object_set_new(request, "limit", json_integer((json_int_t)limit));
    json_object_set_new(request, "output", json_true());
    json_object_set_new(request, "after", json_integer(self->shown));
    json_object_set_new(request, "wait", json_integer(wait));
    status = ez_ask_send(&plain, request, &result);
    records = json_object_get(result, "records");
    *n_out = json_array_size(records);
    for (size_t i = *n_out; i-- > 0;) {
        const json_t *record = json_array_get(records, i);

        show_record(self, record);
        self->shown = ez_ask_count(record, "id");
    }
    fflush(stdout);
    json_decref(result);
    return status;
}

/* Nothing has ended: is there such a task at all? */
static int
report_nothing(const logs *self)
{
    const ez_ask plain = {self->ask.socket, false};
    json_t *request, *result = NULL;
    int status;

    if (self->task == NULL) {
        fprintf(stderr, "execz: there is no run %" JSON_INTEGER_FORMAT " in the history\n",
                self->record);
        return EZ_EXIT_NOT_FOUND;
    }
    request = ez_ask_for("inspect");
    ez_ask_set(request, "task", self->task);
    status = ez_ask_send(&plain, request, &result);
    if (status == EZ_EXIT_OK) {
        fprintf(stderr, "execz: no run of task '%s' has ended yet\n", self->task);
    }
    json_decref(result);
    return status;
}

static int
show(logs *self)
{
    size_t n = 0;
    int status = show_new(self, self->limit, 0, &n);

    if (status == EZ_EXIT_OK && n == 0) {
        status = report_nothing(self);
    }
    while (status == EZ_EXIT_OK && self->follow && ferror(stdout) == 0) {
        status = show_new(self, FOLLOW_LIMIT, FOLLOW_WAIT, &n);
    }
    return status;
}

static int
run(const ez_command *command, int argc, char **argv)
{
    logs self = {.limit = 1};
    const char *limit = NULL, *what;
    const ez_arg options[] = {EZ_ASK_OPTIONS(&self.ask),
                              {"follow", 'f', EZ_ARG_FLAG, &self.follow},
                              {"limit", 'n', EZ_ARG_TEXT, &limit},
                              {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    int status;

    if (!ez_args_read(command, options, argc, argv, arguments, &status)) {
        return status;
    }
    what = ez_ask_one(command, arguments, "RUN or TASK", &status);
    if (what == NULL) {
        return status;
    }
    if (limit != NULL && !g_ascii_string_to_unsigned(limit, 10, 1, 1000, &self.limit, NULL)) {
        return ez_usage_error(command, "--limit: '%s' is not a number from 1 to 1000", limit);
    }
    if (!ez_run_name_is_one(what)) {
        self.task = what;
        return show(&self);
    }
    if (self.follow) {
        return ez_usage_error(command, "--follow is for a task, and %s is one run", what);
    }
    self.record = ez_run_name_find(self.ask.socket, what, &status);
    return self.record == 0 ? status : show(&self);
}

const ez_command ez_command_logs = {"logs", help, run, NULL};
