/* SPDX-License-Identifier: MIT */
#include "printer.h"

#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static void
set_bytes(json_t *object, const char *key, const char *text, size_t length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);

    json_object_set_new(object, key, json_string(valid));
}

static void
set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL) {
        set_bytes(object, key, text, strlen(text));
    }
}

static void
set_integer(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *
time_json(execz_time time)
{
    g_autofree char *text = ez_text_utc_time(time);

    return json_string(text);
}

static const char *
source_name(uint32_t source)
{
    static const char *const names[] = {NULL, "schedule", "manual", "retry"};

    return source < G_N_ELEMENTS(names) ? names[source] : NULL;
}

/* An array where there may be several, so that a reader need not look at the type. */
static void
set_scheduled(json_t *object, const execz_event *event)
{
    const uint64_t several = EXECZ_EVENT_TASK_SUBMITTED | EXECZ_EVENT_TASK_MAX_INSTANCES;

    if (event->n_run_times == 0) {
        return;
    }
    if ((event->code & several) == 0) {
        json_object_set_new(object, "scheduled", time_json(event->run_times[0]));
        return;
    }
    json_object_set_new(object, "scheduled", json_array());
    for (uint32_t i = 0; i < event->n_run_times; i++) {
        json_array_append_new(json_object_get(object, "scheduled"), time_json(event->run_times[i]));
    }
}

static void
set_run(json_t *object, const execz_event *event)
{
    if (event->run != 0) {
        g_autofree char *run = g_strdup_printf("%016" PRIx64, event->run);

        set_text(object, "run", run);
    }
    if (event->source != 0) {
        set_integer(object, "attempt", event->attempt);
        set_text(object, "source", source_name(event->source));
    }
    set_scheduled(object, event);
    if (event->coalesced > 0 || (event->code & EXECZ_EVENT_TASK_SUBMITTED) != 0) {
        set_integer(object, "coalesced", event->coalesced);
    }
}

static void
set_result(json_t *object, const execz_result *result)
{
    set_text(object, "outcome", execz_outcome_name(result->outcome));
    if (result->started != 0) {
        json_object_set_new(object, "started", time_json(result->started));
    }
    json_object_set_new(object, "finished", time_json(result->finished));
    if (result->started != 0) {
        json_object_set_new(object, "took_ms",
                            json_real((double)(result->finished - result->started) / 1e6));
    }
    if (result->exit_status >= 0) {
        set_integer(object, "exit_status", (uint64_t)result->exit_status);
    }
    if (result->signal != 0) {
        set_integer(object, "signal", (uint64_t)result->signal);
    }
    if (result->output != NULL) {
        set_bytes(object, "output", result->output, result->output_length);
        set_integer(object, "output_dropped", result->output_dropped);
    }
}

/* Appends the value as it is.  It goes past the object because that is written with 15 digits, so
 * that a duration reads 1.2 and not 1.2000000000000002; a function's numbers keep all of theirs. */
static void
append_value(GString *line, const execz_result *result)
{
    json_t *value = json_loadb(result->value, result->value_length, JSON_DECODE_ANY, NULL);
    g_autofree char *valid = NULL;
    char *text;

    if (value == NULL) { /* e.g. a number that is too large for us */
        valid = g_utf8_make_valid(result->value, (gssize)result->value_length);
        value = json_string(valid);
    }
    text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(value);
    g_string_truncate(line, line->len - 1);
    g_string_append_printf(line, ",\"value\":%s}", text);
    free(text);
}

char *
ez_printer_json(const execz_event *event)
{
    json_t *object = json_object();
    const execz_result *result = event->result;
    GString *line;
    char *text;

    json_object_set_new(object, "time", time_json(event->time));
    set_text(object, "event", execz_event_name(event->code));
    set_text(object, "task", event->task);
    set_text(object, "executor", event->executor);
    set_text(object, "alias", event->alias);
    set_run(object, event);
    if (result != NULL) {
        set_result(object, result);
    }
    set_text(object, "message",
             event->message != NULL ? event->message
             : result != NULL       ? result->message
                                    : NULL);
    text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(object);
    line = g_string_new(text);
    free(text);
    if (result != NULL && result->value != NULL) {
        append_value(line, result);
    }
    return g_string_free(line, FALSE);
}
