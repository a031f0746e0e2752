/* SPDX-License-Identifier: MIT */
/* What several other schedulers agreed on, found by running them: tests/data/triggers. */
#include "reading.h"

#include <jansson.h>

/* A vector's times have at most microseconds. */
static execz_time
time_of(const json_t *seconds)
{
    if (json_is_integer(seconds)) {
        return json_integer_value(seconds) * EXECZ_SECOND;
    }
    return (execz_time)(json_real_value(seconds) * 1e6 + 0.5) * EXECZ_MICROSECOND;
}

static void
append(GString *text, const char *key, const json_t *value)
{
    if (value != NULL) {
        g_autofree char *number = json_dumps(value, JSON_ENCODE_ANY);

        g_string_append_printf(text, ", %s=%s", key,
                               number); /* a JSON string is quoted as ours are */
    }
}

static char *
text_of(const json_t *vector)
{
    bool is_date = strcmp(json_string_value(json_object_get(vector, "kind")), "date") == 0;
    GString *text = g_string_new(is_date ? "date(" : "interval(");
    json_t *amount;
    const char *unit;

    g_string_append_printf(text, "timezone=%s", json_string_value(json_object_get(vector, "tz")));
    json_object_foreach(json_object_get(vector, "every"), unit, amount)
    {
        append(text, unit, amount);
    }
    append(text, "run_at", json_object_get(vector, "run_date"));
    append(text, "start_at", json_object_get(vector, "start_date"));
    append(text, "end_at", json_object_get(vector, "end_date"));
    g_string_append_c(text, ')');
    return g_string_free(text, FALSE);
}

/* The answers of next, last and count against the vector's. */
static void
expect_fires(const ez_trigger *trigger, const json_t *vector, const char *id)
{
    bool is_date = strcmp(json_string_value(json_object_get(vector, "kind")), "date") == 0;
    execz_time start = is_date ? INT64_MIN : time_of(json_object_get(vector, "start")) - 1;
    execz_time after = start, last = 0;
    json_t *expected;
    size_t i;

    json_array_foreach(json_object_get(vector, "next"), i, expected)
    {
        after = ez_trigger_next(trigger, after);
        cr_expect(eq(i64, after, time_of(expected)), "%s, fire %zu", id, i);
        cr_expect(ez_trigger_last(trigger, after, &last) && last == after, "%s, fire %zu", id, i);
        cr_expect(eq(u64, ez_trigger_count(trigger, start, after, 100), i + 1), "%s, fire %zu", id,
                  i);
    }
    if (json_is_true(json_object_get(vector, "exhausted"))) {
        cr_expect(eq(i64, ez_trigger_next(trigger, after), EXECZ_TIME_NEVER), "%s", id);
    }
}

/* Vectors whose wall times lie in 2027 in Morocco, made with rules that tzdata 2025b does not have.
 */
static const char *const wants_newer_rules[] = {"p-interval-01334", "p-interval-01340"};

/* Whether the vector cannot be judged here: it is one of those, and its local times show that it
 * was made with other rules than this machine's zone file holds. */
static bool
has_other_rules(const json_t *vector, const char *id)
{
    const char *name = json_string_value(json_object_get(vector, "tz"));
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(name);
    json_t *local;
    size_t i;

    if (strcmp(id, wants_newer_rules[0]) != 0 && strcmp(id, wants_newer_rules[1]) != 0) {
        return false;
    }
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

/* False if the vector cannot be judged on this machine. */
static bool
run_vector(const char *line)
{
    json_t *vector = json_loads(line, 0, NULL);
    const char *id = json_string_value(json_object_get(vector, "id"));
    g_autofree char *text = text_of(vector);
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    g_autofree char *written = ez_trigger_format(trigger);
    g_autoptr(ez_trigger) again = read_trigger(written);
    g_autofree char *rewritten = ez_trigger_format(again);
    bool judged = !has_other_rules(vector, id);

    if (judged) {
        expect_fires(trigger, vector, id);
        expect_fires(again, vector, id);
    } else {
        cr_log_info("%s: not judged, the zone rules of this machine are others\n", id);
    }
    cr_expect(eq(str, rewritten, written), "%s", id);
    json_decref(vector);
    return judged;
}

Test(vectors, intervals_and_dates_fire_when_other_schedulers_agree_they_do)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0, n_judged = 0;

    cr_assert(g_file_get_contents(EXECZ_TEST_DATA "/triggers/interval.jsonl", &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; **line != '\0'; line++, n++) {
        n_judged += run_vector(*line);
    }
    cr_expect(eq(uint, n, 190), "every vector was read");
    cr_expect(ge(uint, n_judged, 190 - G_N_ELEMENTS(wants_newer_rules)));
}
