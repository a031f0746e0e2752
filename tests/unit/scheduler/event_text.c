/* SPDX-License-Identifier: MIT */
#include "event_text.h"

#include "support/fake_clock.h"

#include <glib.h>

static void
add_text(GString *line, const char *name, const char *text)
{
    if (text != NULL) {
        g_string_append_printf(line, " %s='%s'", name, text);
    }
}

static void
add_number(GString *line, const char *name, uint64_t number)
{
    if (number != 0) {
        g_string_append_printf(line, " %s=%" G_GUINT64_FORMAT, name, number);
    }
}

/* In seconds since the test began. */
static void
add_time(GString *line, const char *name, execz_time time)
{
    if (time != 0) {
        g_string_append_printf(line, " %s=%gs", name,
                               (double)(time - fake_clock_new().now) / (double)EXECZ_SECOND);
    }
}

static void
add_result(GString *line, const execz_result *result)
{
    g_string_append_printf(line, " {%s", execz_outcome_name(result->outcome));
    add_time(line, "run_time", result->run_time);
    add_time(line, "started", result->started);
    add_time(line, "finished", result->finished);
    if (result->exit_status != -1) {
        g_string_append_printf(line, " exit_status=%d", result->exit_status);
    }
    add_number(line, "signal", (uint64_t)result->signal);
    add_text(line, "message", result->message);
    add_text(line, "value", result->value);
    add_text(line, "output", result->output);
    add_number(line, "output_dropped", result->output_dropped);
    g_string_append_c(line, '}');
}

char *
event_text(const execz_event *event)
{
    static const char *const sources[] = {NULL, "schedule", "manual", "retry"};
    GString *line = g_string_new(execz_event_name(event->code));

    add_time(line, "at", event->time);
    add_text(line, "of", event->scheduler);
    add_text(line, "alias", event->alias);
    add_text(line, "task", event->task);
    add_text(line, "executor", event->executor);
    g_string_append(line, event->run == 0 ? "" : " run");
    add_number(line, "attempt", event->attempt);
    add_text(line, "source", sources[event->source]);
    for (uint32_t i = 0; i < event->n_run_times; i++) {
        add_time(line, "run_time", event->run_times[i]);
    }
    add_number(line, "coalesced", event->coalesced);
    add_time(line, "submitted", event->submitted);
    add_number(line, "lost", event->lost);
    add_text(line, "message", event->message);
    if (event->result != NULL) {
        add_result(line, event->result);
    }
    return g_string_free(line, FALSE);
}
