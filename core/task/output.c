/* SPDX-License-Identifier: MIT */
#include "task/output.h"

#include <string.h>

#include <glib.h>

#define FIRST_ROOM 4096u

void
ez_output_init(ez_output *self, uint64_t limit)
{
    size_t most = limit > SIZE_MAX / 4 ? SIZE_MAX / 4 : (size_t)limit;

    *self = (ez_output){.head_limit = most / 2, .tail_limit = most - most / 2};
}

void
ez_output_deinit(ez_output *self)
{
    g_clear_pointer(&self->head, g_free);
    g_clear_pointer(&self->tail, g_free);
}

/* Makes room for length more bytes, doubling, but never beyond limit; returns how many fit. */
static size_t
grow(char **bytes, size_t used, size_t *room, size_t limit, size_t length)
{
    size_t fit = MIN(length, limit - used);

    if (used + fit > *room) {
        *room = MIN(limit, MAX(MAX(FIRST_ROOM, *room * 2), used + fit));
        *bytes = g_realloc(*bytes, *room);
    }
    return fit;
}

static size_t
append(char **bytes, size_t *used, size_t *room, size_t limit, const char *from, size_t length)
{
    size_t fit = grow(bytes, *used, room, limit, length);

    if (fit > 0) {
        memcpy(*bytes + *used, from, fit);
        *used += fit;
    }
    return fit;
}

/* Overwrites the oldest bytes of the full ring. */
static void
rotate(ez_output *self, const char *bytes, size_t length)
{
    self->dropped += length;
    if (length > self->tail_limit) {
        bytes += length - self->tail_limit;
        length = self->tail_limit;
    }
    while (length > 0) {
        size_t part = MIN(length, self->tail_limit - self->tail_start);

        memcpy(self->tail + self->tail_start, bytes, part);
        self->tail_start = (self->tail_start + part) % self->tail_limit;
        bytes += part;
        length -= part;
    }
}

void
ez_output_add(ez_output *self, const char *bytes, size_t length)
{
    size_t fit =
        append(&self->head, &self->head_length, &self->head_room, self->head_limit, bytes, length);

    bytes += fit;
    length -= fit;
    fit =
        append(&self->tail, &self->tail_length, &self->tail_room, self->tail_limit, bytes, length);
    if (length > fit) {
        rotate(self, bytes + fit, length - fit);
    }
}

char *
ez_output_take(ez_output *self, size_t *length_out)
{
    size_t length = self->head_length + self->tail_length;
    size_t first = self->tail_length - self->tail_start;
    char *text = NULL;

    *length_out = length;
    if (length > 0) {
        text = g_malloc(length + 1);
        if (self->head_length > 0) {
            memcpy(text, self->head, self->head_length);
        }
        if (self->tail_length > 0) {
            memcpy(text + self->head_length, self->tail + self->tail_start, first);
            memcpy(text + self->head_length + first, self->tail, self->tail_start);
        }
        text[length] = '\0';
    }
    ez_output_deinit(self);
    return text;
}
