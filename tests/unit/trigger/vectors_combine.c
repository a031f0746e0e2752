/* SPDX-License-Identifier: MIT */
/* What several schedulers agreed on about `or`, `and` and dates on the calendar. */
#include "vector.h"

/* The policy of all who agreed: fire where the wall clock shows the time. */
#define PLAIN ", gap=skip, fold=both"

static char *
child_text(const json_t *vector)
{
    const json_t *children = json_object_get(vector, "triggers");
    GString *text;
    json_t *child;
    size_t i;

    if (children == NULL) {
        g_autofree char *with_zone = NULL;
        json_t *copy = json_deep_copy(vector);

        if (json_object_get(copy, "tz") == NULL) {
            json_object_set_new(copy, "tz", json_string("UTC"));
        }
        with_zone = vector_trigger(copy, PLAIN);
        json_decref(copy);
        return g_strdup(with_zone);
    }
    text = g_string_new(vector_text(vector, "kind"));
    g_string_append_c(text, '(');
    json_array_foreach(children, i, child)
    {
        g_autofree char *inner = NULL;

        json_object_set(child, "tz", json_object_get(vector, "tz"));
        inner = child_text(child);
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", inner);
    }
    g_string_append_c(text, ')');
    return g_string_free(text, FALSE);
}

static char *
calendar_text(const json_t *vector)
{
    GString *text = g_string_new("calendar(");
    const char *unit;
    json_t *amount;

    g_string_append_printf(text, "timezone=%s", vector_text(vector, "tz"));
    json_object_foreach(json_object_get(vector, "every"), unit, amount)
    {
        append_argument(text, unit, amount);
    }
    append_argument(text, "start_at", json_object_get(vector, "start_date"));
    append_argument(text, "end_at", json_object_get(vector, "end_date"));
    g_string_append(text, ", gap=skip)");
    return g_string_free(text, FALSE);
}

/* Vectors made with rules that tzdata 2025b does not have: Morocco is on UTC for good from
 * 2026-09-20 on. */
static const char *const wants_newer_rules[] = {"p-combine-01675", "p-interval-01372"};

static execz_time
search_next(const ez_trigger *trigger, execz_time after)
{
    ez_found found = ez_trigger_find_next(trigger, after);

    while (!found.sure) {
        found = ez_trigger_find_next(trigger, found.time - 1);
    }
    return found.time;
}

static void
expect_fires(const char *text, const json_t *vector, const char *id)
{
    execz_time after = vector_time(json_object_get(vector, "start")) - 1;
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_trigger) trigger = try_trigger(text, &err);
    bool exhausted = json_is_true(json_object_get(vector, "exhausted"));
    json_t *expected;
    size_t i;

    if (wants_other_rules(vector, id, wants_newer_rules, G_N_ELEMENTS(wants_newer_rules))) {
        return;
    }
    if (trigger == NULL) {
        cr_expect(exhausted && json_array_size(json_object_get(vector, "next")) == 0, "%s: %s: %s",
                  id, text, err.message);
        return;
    }
    json_array_foreach(json_object_get(vector, "next"), i, expected)
    {
        execz_time last = 0;

        after = search_next(trigger, after);
        cr_expect(eq(i64, after, vector_time(expected)), "%s, fire %zu: %s", id, i, text);
        cr_expect(ez_trigger_last(trigger, after, &last) && last == after, "%s, fire %zu", id, i);
    }
    if (exhausted) {
        cr_expect(eq(i64, search_next(trigger, after), EXECZ_TIME_NEVER), "%s", id);
    }
}

static void
expect_read_again(const char *text, const json_t *vector, const char *id)
{
    g_autoptr(ez_trigger) trigger = try_trigger(text, NULL);
    g_autofree char *written = trigger == NULL ? NULL : ez_trigger_format(trigger);

    if (written != NULL) {
        expect_fires(written, vector, id);
    }
}

static void
check_combination(const json_t *vector, const char *id)
{
    g_autofree char *text = child_text(vector);

    expect_fires(text, vector, id);
    expect_read_again(text, vector, id);
}

static void
check_calendar(const json_t *vector, const char *id)
{
    g_autofree char *text = calendar_text(vector);

    expect_fires(text, vector, id);
    expect_read_again(text, vector, id);
}

Test(vectors_combine, or_and_and_fire_when_others_agree_they_do)
{
    cr_expect(eq(uint, check_vectors("combine.jsonl", check_combination), 140));
}

Test(vectors_combine, dates_on_the_calendar_fire_when_others_agree_they_do)
{
    cr_expect(eq(uint, check_vectors("calendar.jsonl", check_calendar), 50));
}
