/* SPDX-License-Identifier: MIT */
#include "printer.h"

#include "text.h"

#include <string.h>

/* Of a command's output the last lines are shown, and of a long line or value the beginning. */
#define OUTPUT_LINES 10
#define VALUE_LENGTH 500

static const execz_duration late_from = 100 * EXECZ_MILLISECOND;
static const char *const indent = "    | ";

#define GOOD "\033[32m"
#define BAD "\033[31m"
#define ODD "\033[33m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

typedef struct style {
    uint64_t code;
    const char *word;
    const char *color;
    const char *detail; /* what happened, where the word says to what */
} style;

static const style styles[] = {
    {EXECZ_EVENT_SCHEDULER_STARTED, "SCHEDULER", DIM, "started"},
    {EXECZ_EVENT_SCHEDULER_SHUTDOWN, "SCHEDULER", DIM, "stopped"},
    {EXECZ_EVENT_SCHEDULER_PAUSED, "SCHEDULER", DIM, "paused"},
    {EXECZ_EVENT_SCHEDULER_RESUMED, "SCHEDULER", DIM, "resumed"},
    {EXECZ_EVENT_EXECUTOR_ADDED, "EXECUTOR", DIM, "added"},
    {EXECZ_EVENT_EXECUTOR_REMOVED, "EXECUTOR", DIM, "removed"},
    {EXECZ_EVENT_STORE_ADDED, "STORE", DIM, "added"},
    {EXECZ_EVENT_STORE_REMOVED, "STORE", DIM, "removed"},
    {EXECZ_EVENT_ALL_TASKS_REMOVED, "SCHEDULER", DIM, "all tasks removed"},
    {EXECZ_EVENT_TASK_ADDED, "ADDED", DIM, NULL},
    {EXECZ_EVENT_TASK_REMOVED, "REMOVED", DIM, NULL},
    {EXECZ_EVENT_TASK_MODIFIED, "MODIFIED", DIM, NULL},
    {EXECZ_EVENT_TASK_EXECUTED, "EXECUTED", GOOD, NULL},
    {EXECZ_EVENT_TASK_ERROR, "ERROR", BAD, NULL},
    {EXECZ_EVENT_TASK_MISSED, "MISSED", ODD, NULL},
    {EXECZ_EVENT_TASK_SUBMITTED, "SUBMITTED", DIM, NULL},
    {EXECZ_EVENT_TASK_MAX_INSTANCES, "MAX_INSTANCES", ODD, NULL},
    {EXECZ_EVENT_TASK_STARTED, "STARTED", DIM, NULL},
    {EXECZ_EVENT_TASK_CANCELLED, "CANCELLED", ODD, NULL},
    {EXECZ_EVENT_TASK_TIMEOUT, "TIMEOUT", BAD, NULL},
    {EXECZ_EVENT_TASK_RETRY, "RETRY", ODD, NULL},
    {EXECZ_EVENT_TASK_LOST, "LOST", BAD, NULL},
    {EXECZ_EVENT_TASK_BLOCKED, "BLOCKED", ODD, NULL},
    {EXECZ_EVENT_PLUGIN_ADDED, "PLUGIN", DIM, "added"},
    {EXECZ_EVENT_PLUGIN_REMOVED, "PLUGIN", DIM, "removed"},
    {EXECZ_EVENT_EXECUTOR_BUSY, "EXECUTOR", ODD, "is busy, its tasks wait"},
    {EXECZ_EVENT_STORE_FAILED, "STORE", BAD, "fails"},
    {EXECZ_EVENT_STORE_RECOVERED, "STORE", GOOD, "works again"},
};

static style
style_of(uint64_t code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(styles); i++) {
        if (styles[i].code == code) {
            return styles[i];
        }
    }
    return (style){code, "EVENT", DIM, "of a kind that this execz does not know"};
}

/* Syslog's, by which the journal filters: err, warning, info. */
static int
priority_of(const char *color)
{
    return strcmp(color, BAD) == 0 ? 3 : strcmp(color, ODD) == 0 ? 4 : 6;
}

/* Appends text in a column, which grows if it must. */
static void
append_column(GString *line, const char *text, int *width)
{
    *width = MAX(*width, MIN((int)strlen(text), 40));
    g_string_append_printf(line, "%-*s  ", *width, text);
}

static void
append_head(ez_printer *self, GString *line, const execz_event *event)
{
    style look = style_of(event->code);
    g_autofree char *time = ez_text_local_time(event->time);
    const char *subject = event->task != NULL    ? event->task
                          : event->alias != NULL ? event->alias
                          : event->scheduler     ? event->scheduler
                                                 : "";

    if (self->journal) {
        g_string_append_printf(line, "<%d>", priority_of(look.color));
    } else {
        g_string_append_printf(line, "%s  ", time);
    }
    g_string_append_printf(line, "%s%-13s%s  ", self->color ? look.color : "", look.word,
                           self->color ? PLAIN : "");
    append_column(line, subject, &self->task_width);
    if (event->executor != NULL) {
        g_string_append(line, "on ");
        append_column(line, event->executor, &self->executor_width);
    }
    if (look.detail != NULL) {
        g_string_append_printf(line, "%s  ", look.detail);
    }
}

/* How long after its time a run began, or could not begin. */
static execz_duration
lateness(const execz_event *event)
{
    if (event->n_run_times == 0 || (event->result != NULL && event->result->started == 0 &&
                                    event->code != EXECZ_EVENT_TASK_MISSED)) {
        return 0;
    }
    return (event->result != NULL && event->result->started != 0 ? event->result->started
                                                                 : event->time) -
           event->run_times[0];
}

static void
append_times(GString *line, const execz_event *event)
{
    const execz_result *result = event->result;
    execz_duration late = lateness(event);

    if (result != NULL && result->started != 0) {
        g_autofree char *took = ez_text_duration(result->finished - result->started);

        g_string_append_printf(line, "took %s  ", took);
    }
    if (late > late_from) {
        g_autofree char *text = ez_text_duration(late);

        g_string_append_printf(line, "late %s  ", text);
    }
    if (event->attempt > 1) {
        g_string_append_printf(line, "attempt %u  ", event->attempt);
    }
    if (event->n_run_times > 1) {
        g_string_append_printf(line, "%u run times  ", event->n_run_times);
    }
    if (event->coalesced > 0 && (event->result == NULL || event->run == 0)) {
        g_string_append_printf(line, "and %" G_GUINT64_FORMAT " more  ", event->coalesced);
    }
}

static void
append_cut(GString *line, const char *text, size_t length)
{
    size_t shown = MIN(length, VALUE_LENGTH);

    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80) {
        shown--; /* not through a character */
    }
    ez_text_append_safe(line, text, shown, indent);
    if (shown < length) {
        g_string_append_printf(line, "... (%zu bytes)", length);
    }
}

static void
append_what(GString *line, const execz_event *event)
{
    const execz_result *result = event->result;
    const char *message = event->message;

    if (message == NULL && result != NULL) {
        message = result->message;
    }
    if (message != NULL) {
        ez_text_append_safe(line, message, strlen(message), indent);
    } else if (result != NULL && result->value != NULL) {
        append_cut(line, result->value, result->value_length);
    }
}

/* Where the last lines begin. */
static const char *
tail_of(const char *output, size_t length)
{
    const char *at = output + length;
    int lines = 0;

    while (at > output) {
        if (at[-1] == '\n' && lines++ == OUTPUT_LINES - 1) {
            break;
        }
        at--;
    }
    return at;
}

static void
append_output(GString *line, const execz_result *result)
{
    size_t length = result->output_length;
    const char *tail;

    if (length > 0 && result->output[length - 1] == '\n') {
        length--;
    }
    if (length == 0) {
        return;
    }
    tail = tail_of(result->output, length);
    if (tail > result->output || result->output_dropped > 0) {
        uint64_t before = (uint64_t)(tail - result->output) + result->output_dropped;

        g_string_append_printf(line, "%s... %" G_GUINT64_FORMAT " bytes before this\n", indent,
                               before);
    }
    for (const char *end = result->output + length; tail <= end;) {
        const char *stop = memchr(tail, '\n', (size_t)(end - tail));
        size_t n = (size_t)((stop == NULL ? end : stop) - tail);

        g_string_append(line, indent);
        append_cut(line, tail, n);
        g_string_append_c(line, '\n');
        tail += n + 1;
    }
}

char *
ez_printer_text(ez_printer *self, const execz_event *event)
{
    GString *line = g_string_new(NULL);

    append_head(self, line, event);
    append_times(line, event);
    append_what(line, event);
    while (line->len > 0 && line->str[line->len - 1] == ' ') {
        g_string_truncate(line, line->len - 1);
    }
    g_string_append_c(line, '\n');
    if (event->result != NULL && event->result->output != NULL) {
        append_output(line, event->result);
    }
    return g_string_free(line, FALSE);
}
