/* SPDX-License-Identifier: MIT */
#include "preview_batch.h"

#include "command.h"
#include "runs.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#define DEFAULT_COUNT 10
#define KEPT 512 /* triggers: their time zones need not be read again by the lines that follow */

typedef struct batch {
    FILE *out;
    const char *timezone; /* borrowed; may be NULL */
    execz_time now;
    uint64_t line;
    execz_trigger *kept[KEPT]; /* owned */
} batch;

/* What a line asks for; texts are those of its object. */
typedef struct question {
    const char *trigger;
    const char *timezone;
    execz_time from;
    unsigned count;
} question;

/* Puts "what: " in front of the message. */
static void
prefix(execz_error *err, const char *what)
{
    g_autofree char *message = g_strdup_printf("%s: %s", what, err->message);

    g_strlcpy(err->message, message, sizeof err->message);
}

static void
write_error(batch *self, const json_t *id, const char *message)
{
    g_autofree char *whole = g_utf8_make_valid(message, -1); /* it may be cut within a character */
    json_t *answer = json_object();
    char *line;

    json_object_set_new(answer, "id", id == NULL ? json_null() : json_deep_copy(id));
    if (id == NULL) {
        json_object_set_new(answer, "line", json_integer((json_int_t)self->line));
    }
    json_object_set_new(answer, "error", json_string(whole));
    line = json_dumps(answer, JSON_COMPACT);
    fprintf(self->out, "%s\n", line);
    free(line);
    json_decref(answer);
}

static void
write_answer(batch *self, const json_t *id, const execz_trigger *trigger,
             const ez_runs_found *found)
{
    char *shown = id == NULL ? NULL : json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT);

    fprintf(self->out, "{\"id\":%s,\"next\":[", shown == NULL ? "null" : shown);
    for (guint i = 0; i < found->times->len; i++) {
        g_autofree char *time = ez_runs_epoch_text(g_array_index(found->times, execz_time, i));

        fprintf(self->out, "%s%s", i == 0 ? "" : ",", time);
    }
    fprintf(self->out, "],\"exhausted\":%s", found->exhausted ? "true" : "false");
    if (execz_trigger_counts_from_end(trigger)) {
        fputs(",\"from_end\":true", self->out);
    }
    if (found->gave_up) {
        g_autofree char *time = ez_runs_epoch_text(found->searched_to);

        fprintf(self->out, ",\"searched_to\":%s", time);
    }
    fputs("}\n", self->out);
    free(shown);
}

/* Numbers hold microseconds, as they are read. */
static bool
read_from(const json_t *value, const batch *self, question *out, execz_error *err)
{
    double seconds = json_is_number(value) ? json_number_value(value) : 0;

    if (value == NULL || json_is_null(value)) {
        out->from = self->now;
        return true;
    }
    if (json_is_string(value)) {
        if (ez_runs_parse_from(json_string_value(value), out->timezone, &out->from, err)) {
            return true;
        }
        prefix(err, ez_runs_blame_timezone(err) ? "timezone" : "from");
        return false;
    }
    if (!json_is_number(value) || seconds < 0 || seconds > EZ_RUNS_FROM_MAX) {
        g_snprintf(err->message, sizeof err->message,
                   "from: write seconds since 1970 up to %" PRId64
                   ", or a text like \"2027-01-31T09:00:00\"",
                   EZ_RUNS_FROM_MAX);
        return false;
    }
    out->from = json_is_integer(value) ? json_integer_value(value) * EXECZ_SECOND
                                       : llround(seconds * 1e6) * EXECZ_MICROSECOND;
    return true;
}

static bool
read_count(const json_t *value, question *out, execz_error *err)
{
    json_int_t count = value == NULL ? DEFAULT_COUNT : json_integer_value(value);

    if ((value != NULL && !json_is_integer(value)) || count < 1 || count > EZ_RUNS_COUNT_MAX) {
        g_snprintf(err->message, sizeof err->message, "count: write a whole number from 1 to %d",
                   EZ_RUNS_COUNT_MAX);
        return false;
    }
    out->count = (unsigned)count;
    return true;
}

static bool
read_texts(const json_t *object, const batch *self, question *out, execz_error *err)
{
    const json_t *zone = json_object_get(object, "timezone");

    out->trigger = json_string_value(json_object_get(object, "trigger"));
    out->timezone = zone == NULL || json_is_null(zone) ? self->timezone : json_string_value(zone);
    if (out->trigger == NULL) {
        g_strlcpy(err->message, "there is no \"trigger\", a text like \"cron(hour=2)\"",
                  sizeof err->message);
        return false;
    }
    if (zone != NULL && out->timezone == NULL && !json_is_null(zone)) {
        g_strlcpy(err->message, "timezone: write a text like \"Europe/London\"",
                  sizeof err->message);
        return false;
    }
    return true;
}

/* The trigger, kept for a while; NULL if its text is wrong. */
static execz_trigger *
parse(batch *self, const question *asked, execz_error *err)
{
    execz_trigger_surroundings here = EXECZ_TRIGGER_SURROUNDINGS_INIT;
    execz_trigger **place = &self->kept[self->line % KEPT];
    char where[32];
    size_t column = 0;

    here.timezone = asked->timezone;
    here.anchor = asked->from;
    execz_trigger_free(*place);
    *place = execz_trigger_parse(asked->trigger, &here, &column, err);
    if (*place == NULL) {
        g_snprintf(where, sizeof where, "column %zu", column);
        prefix(err, ez_runs_blame_timezone(err) ? "timezone" : where);
    }
    return *place;
}

static void
answer_object(batch *self, const json_t *object)
{
    const json_t *id = json_object_get(object, "id");
    g_auto(ez_runs_found) found = {0};
    execz_error err = EXECZ_ERROR_INIT;
    const execz_trigger *trigger;
    question asked = {0};

    if (!read_texts(object, self, &asked, &err) ||
        !read_from(json_object_get(object, "from"), self, &asked, &err) ||
        !read_count(json_object_get(object, "count"), &asked, &err)) {
        write_error(self, id, err.message);
        return;
    }
    trigger = parse(self, &asked, &err);
    if (trigger == NULL) {
        write_error(self, id, err.message);
        return;
    }
    found = ez_runs_find(trigger, asked.from, asked.count);
    write_answer(self, id, trigger, &found);
}

static void
answer_line(batch *self, const char *line, size_t length)
{
    json_error_t where;
    json_t *object = json_loadb(line, length, JSON_DECODE_ANY, &where);

    if (object == NULL) {
        g_autofree char *message =
            g_strdup_printf("line %" G_GUINT64_FORMAT " is not JSON: %s", self->line, where.text);

        write_error(self, NULL, message);
    } else if (!json_is_object(object)) {
        g_autofree char *message =
            g_strdup_printf("line %" G_GUINT64_FORMAT
                            " is not a JSON object like {\"id\": 1, \"trigger\": "
                            "\"cron(hour=2)\"}",
                            self->line);

        write_error(self, NULL, message);
    } else {
        answer_object(self, object);
    }
    json_decref(object);
}

static bool
is_blank(const char *line, size_t length)
{
    return strspn(line, " \t\r\n") >= length;
}

/* Reads a line into the room for one, which has a byte more than lines may have; of a longer one the
 * rest is passed over.  False at the end. */
static bool
read_line(FILE *in, char *line, size_t *length_out)
{
    size_t length = 0;
    int c;

    while ((c = getc_unlocked(in)) != EOF && c != '\n') {
        if (length <= EZ_BATCH_LINE_MAX) {
            line[length++] = (char)c;
        }
    }
    *length_out = length;
    return c != EOF || length > 0;
}

static void
take_line(batch *self, const char *line, size_t length)
{
    self->line++;
    if (length > EZ_BATCH_LINE_MAX) {
        g_autofree char *message =
            g_strdup_printf("line %" G_GUINT64_FORMAT " is too long; the limit is %d bytes",
                            self->line, EZ_BATCH_LINE_MAX);

        write_error(self, NULL, message);
    } else if (!is_blank(line, length)) {
        answer_line(self, line, length);
    }
}

int
ez_preview_batch(FILE *in, FILE *out, const char *zone, execz_time now)
{
    batch self = {.out = out, .timezone = zone, .now = now};
    bool interactive = isatty(fileno(in)) || isatty(fileno(out));
    g_autofree char *line = g_malloc(EZ_BATCH_LINE_MAX + 1);
    size_t length;

    while (!ferror(out) && read_line(in, line, &length)) {
        take_line(&self, line, length);
        if (interactive) {
            fflush(out);
        }
    }
    for (size_t i = 0; i < KEPT; i++) {
        execz_trigger_free(self.kept[i]);
    }
    if (ferror(in) || fflush(out) != 0 || ferror(out)) {
        fprintf(stderr, "execz preview: cannot read or write: %s\n", g_strerror(errno));
        return EZ_EXIT_FAILED;
    }
    return EZ_EXIT_OK;
}
