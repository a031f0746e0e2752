/* SPDX-License-Identifier: MIT */
/* The format is that of tzfile(5): a block with times of 4 bytes, and from version 2 on another one
 * with times of 8 bytes, which counts then, and a line with the rule for later years.  A block is a
 * header with six numbers, and as much of each as they say.  All numbers are big-endian.
 *
 * What is looked at is what GLib relies on without a look: that everything lies within the file, and
 * that indices lie within their tables; and what the layer above relies on: that times increase and
 * offsets are less than a day. */
#include "trigger/zone_file.h"

#include "trigger/days.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#define MAGIC "TZif"
#define MAGIC_SIZE 4
#define HEADER_SIZE 44
#define COUNTS_AT 20
#define TYPE_SIZE 6 /* offset 4, is summer time 1, abbreviation 1 */

typedef struct block {
    const uint8_t *times, *type_of_time, *types, *letters;
    uint32_t n_times, n_types, n_letters;
    size_t time_size;
    size_t length; /* with its header */
} block;

static uint32_t
number(const uint8_t *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return GUINT32_FROM_BE(value);
}

static int64_t
time_at(const block *self, uint32_t i)
{
    const uint8_t *at = self->times + i * self->time_size;

    if (self->time_size == 4) {
        return (int32_t)number(at);
    }
    return (int64_t)((uint64_t)number(at) << 32 | number(at + 4));
}

/* Finds the parts of the block at the beginning of data; false if it is longer than that. */
static bool
find_parts(const uint8_t *data, size_t length, size_t time_size, block *out)
{
    uint64_t n[6], whole = HEADER_SIZE;

    if (length < HEADER_SIZE || memcmp(data, MAGIC, MAGIC_SIZE) != 0) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(n); i++) {
        n[i] = number(data + COUNTS_AT + 4 * i);
    }
    /* In the header: marks "is UT" and "is standard", leap seconds, times, types, letters. */
    whole += n[3] * (time_size + 1) + n[4] * TYPE_SIZE + n[5];
    whole += n[2] * (time_size + 4) + n[1] + n[0];
    if (whole > length) {
        return false;
    }
    *out = (block){
        .n_times = (uint32_t)n[3],
        .n_types = (uint32_t)n[4],
        .n_letters = (uint32_t)n[5],
        .time_size = time_size,
        .length = whole,
    };
    out->times = data + HEADER_SIZE;
    out->type_of_time = out->times + n[3] * time_size;
    out->types = out->type_of_time + n[3];
    out->letters = out->types + n[4] * TYPE_SIZE;
    return true;
}

static bool
has_sound_types(const block *self)
{
    if (self->n_types == 0 || self->n_letters == 0 || self->letters[self->n_letters - 1] != '\0') {
        return false;
    }
    for (uint32_t i = 0; i < self->n_types; i++) {
        const uint8_t *type = self->types + (size_t)i * TYPE_SIZE;
        int32_t offset = (int32_t)number(type);

        if (offset <= -EZ_DAY_SECONDS || offset >= EZ_DAY_SECONDS || type[5] >= self->n_letters) {
            return false;
        }
    }
    return true;
}

static bool
has_sound_times(const block *self)
{
    for (uint32_t i = 0; i < self->n_times; i++) {
        if (self->type_of_time[i] >= self->n_types ||
            (i > 0 && time_at(self, i) <= time_at(self, i - 1))) {
            return false;
        }
    }
    return true;
}

static bool
has_rule(const uint8_t *data, size_t length)
{
    return length >= 2 && data[0] == '\n' && memchr(data + 1, '\n', length - 1) != NULL;
}

/* Goes from the block of 4 bytes to what a later version has behind it. */
static bool
find_later_parts(const uint8_t *data, size_t length, block *counts)
{
    char version = (char)data[MAGIC_SIZE];
    size_t first = counts->length;

    if (version < '2' || version > '4' || !find_parts(data + first, length - first, 8, counts)) {
        return false;
    }
    return data[first + MAGIC_SIZE] == data[MAGIC_SIZE] &&
           has_rule(data + first + counts->length, length - first - counts->length);
}

static bool
is_whole(const uint8_t *data, size_t length)
{
    block counts;

    if (!find_parts(data, length, 4, &counts) ||
        (data[MAGIC_SIZE] != '\0' && !find_later_parts(data, length, &counts))) {
        return false;
    }
    return has_sound_types(&counts) && has_sound_times(&counts);
}

ez_zone_file
ez_zone_file_look(const char *path)
{
    g_autofree char *data = NULL;
    size_t length = 0;
    GStatBuf info;

    if (g_stat(path, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > EZ_ZONE_FILE_MAX ||
        !g_file_get_contents(path, &data, &length, NULL) || length < MAGIC_SIZE ||
        memcmp(data, MAGIC, MAGIC_SIZE) != 0) {
        return EZ_ZONE_FILE_NONE;
    }
    return is_whole((const uint8_t *)data, length) ? EZ_ZONE_FILE_WHOLE : EZ_ZONE_FILE_BROKEN;
}
