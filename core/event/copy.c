/* SPDX-License-Identifier: MIT */
#include "event/copy.h"

#include "base/pack.h"

#include <string.h>

#include <glib.h>

/* Run times, then texts, follow. */
typedef struct copied {
    execz_event event; /* first */
    execz_result result;
    size_t size; /* of all of it, in bytes */
    execz_time run_times[];
} copied;

static size_t
text_size(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

static size_t
bytes_size(const char *bytes, uint64_t length)
{
    return bytes == NULL ? 0 : length + 1;
}

static size_t
size_of(const execz_event *event)
{
    const execz_result *result = event->result;
    size_t size = sizeof(copied) + event->n_run_times * sizeof event->run_times[0];

    size += text_size(event->scheduler) + text_size(event->alias) + text_size(event->task) +
            text_size(event->executor) + text_size(event->message);
    if (result != NULL) {
        size += text_size(result->message) + bytes_size(result->value, result->value_length) +
                bytes_size(result->output, result->output_length);
    }
    return size;
}

static const char *
put_text(char **at, const char *text)
{
    return ez_pack(at, text, text == NULL ? 0 : strlen(text));
}

execz_event *
ez_event_copy(const execz_event *event)
{
    size_t size = size_of(event);
    copied *copy = g_malloc(size);
    char *at = (char *)&copy->run_times[event->n_run_times];
    execz_result *result = &copy->result;

    copy->event = *event;
    copy->size = size;
    if (event->n_run_times > 0) {
        memcpy(copy->run_times, event->run_times, event->n_run_times * sizeof event->run_times[0]);
    }
    copy->event.run_times = event->n_run_times > 0 ? copy->run_times : NULL;
    copy->event.scheduler = put_text(&at, event->scheduler);
    copy->event.alias = put_text(&at, event->alias);
    copy->event.task = put_text(&at, event->task);
    copy->event.executor = put_text(&at, event->executor);
    copy->event.message = put_text(&at, event->message);
    if (event->result != NULL) {
        *result = *event->result;
        result->message = put_text(&at, event->result->message);
        result->value = ez_pack(&at, event->result->value, event->result->value_length);
        result->output = ez_pack(&at, event->result->output, event->result->output_length);
        copy->event.result = result;
    }
    return &copy->event;
}

void
ez_event_supersede(execz_event *self, execz_event *before)
{
    self->lost += before->lost + 1;
    g_free(before);
}

size_t
ez_event_copy_size(const execz_event *copy)
{
    return ((const copied *)(const void *)copy)->size;
}
