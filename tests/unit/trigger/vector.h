/* SPDX-License-Identifier: MIT */
/* One line of tests/data/triggers: what other schedulers said when they were run. */
#ifndef TESTS_TRIGGER_VECTOR_H
#define TESTS_TRIGGER_VECTOR_H

#include "reading.h"

#include <jansson.h>

#include <string.h>

/* Calls check for each line of a file; tells how many there are. */
static inline unsigned
check_vectors(const char *file, void (*check)(const json_t *vector, const char *id))
{
    g_autofree char *path = g_build_filename(EXECZ_TEST_DATA, "triggers", file, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0;

    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; **line != '\0'; line++, n++) {
        json_t *vector = json_loads(*line, 0, NULL);

        check(vector, json_string_value(json_object_get(vector, "id")));
        json_decref(vector);
    }
    return n;
}

static inline const char *
vector_text(const json_t *vector, const char *key)
{
    return json_string_value(json_object_get(vector, key));
}

/* A vector's times have at most microseconds. */
static inline execz_time
vector_time(const json_t *seconds)
{
    if (json_is_integer(seconds)) {
        return json_integer_value(seconds) * EXECZ_SECOND;
    }
    return (execz_time)(json_real_value(seconds) * 1e6 + 0.5) * EXECZ_MICROSECOND;
}

static inline void
append_argument(GString *text, const char *key, const json_t *value)
{
    if (value != NULL) {
        g_autofree char *word = json_dumps(value, JSON_ENCODE_ANY); /* quoted as ours are */

        g_string_append_printf(text, ", %s=%s", key, word);
    }
}

/* The trigger of a vector of the kind cron, crontab or crontab5, with more arguments, which may be
 * "".  Caller frees. */
static inline char *
vector_trigger(const json_t *vector, const char *more)
{
    GString *text = g_string_new(vector_text(vector, "expr") != NULL ? "crontab(" : "cron(");
    const char *field;
    json_t *value;

    g_string_append_printf(text, "timezone=%s", vector_text(vector, "tz"));
    json_object_foreach(json_object_get(vector, "fields"), field, value)
    {
        append_argument(text, field, value);
    }
    append_argument(text, "expression", json_object_get(vector, "expr"));
    append_argument(text, "start_at", json_object_get(vector, "start_date"));
    append_argument(text, "end_at", json_object_get(vector, "end_date"));
    g_string_append_printf(text, "%s)", more);
    return g_string_free(text, FALSE);
}

static inline bool
is_among(const char *const *ids, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(ids[i], id) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the zone had other rules where the vector was made: its local times tell. */
static inline bool
has_other_rules(const json_t *vector)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(vector_text(vector, "tz"));
    json_t *local;
    size_t i;

    json_array_foreach(json_object_get(vector, "local"), i, local)
    {
        g_autoptr(GDateTime) theirs = g_date_time_new_from_iso8601(json_string_value(local), NULL);
        g_autoptr(GDateTime) ours = g_date_time_to_timezone(theirs, zone);

        if (g_date_time_get_utc_offset(theirs) != g_date_time_get_utc_offset(ours)) {
            return true;
        }
    }
    return false;
}

/* Whether a vector cannot be judged here: it is one of those that newer tzdata made, and this machine
 * has other rules than that. */
static inline bool
wants_other_rules(const json_t *vector, const char *id, const char *const *ids, size_t n)
{
    if (!is_among(ids, n, id) || !has_other_rules(vector)) {
        return false;
    }
    cr_log_info("%s: not judged, the zone rules of this machine are others\n", id);
    return true;
}

/* Reads text; NULL with its reason in err if it is refused. */
static inline ez_trigger *
try_trigger(const char *text, execz_error *err)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    ez_trigger *trigger = NULL;

    ez_trigger_parse(text, &defaults, &trigger, NULL, err);
    return trigger;
}

#endif
