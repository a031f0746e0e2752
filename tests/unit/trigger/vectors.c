/* SPDX-License-Identifier: MIT */
/* What several other schedulers agreed on, found by running them: tests/data/triggers. */
#include "vector.h"

/* Vectors whose wall times lie in 2027 in Morocco, made with rules that tzdata 2025b does not have.
 */
static const char *const wants_newer_rules[] = {"p-interval-01334", "p-interval-01340"};

static bool
is_date(const json_t *vector)
{
    return strcmp(vector_text(vector, "kind"), "date") == 0;
}

static char *
text_of(const json_t *vector)
{
    GString *text = g_string_new(is_date(vector) ? "date(" : "interval(");
    json_t *amount;
    const char *unit;

    g_string_append_printf(text, "timezone=%s", vector_text(vector, "tz"));
    json_object_foreach(json_object_get(vector, "every"), unit, amount)
    {
        append_argument(text, unit, amount);
    }
    append_argument(text, "run_at", json_object_get(vector, "run_date"));
    append_argument(text, "start_at", json_object_get(vector, "start_date"));
    append_argument(text, "end_at", json_object_get(vector, "end_date"));
    g_string_append_c(text, ')');
    return g_string_free(text, FALSE);
}

/* The answers of next, last and count against the vector's. */
static void
expect_fires(const ez_trigger *trigger, const json_t *vector, const char *id)
{
    execz_time start =
        is_date(vector) ? INT64_MIN : vector_time(json_object_get(vector, "start")) - 1;
    execz_time after = start, last = 0;
    json_t *expected;
    size_t i;

    json_array_foreach(json_object_get(vector, "next"), i, expected)
    {
        after = ez_trigger_next(trigger, after);
        cr_expect(eq(i64, after, vector_time(expected)), "%s, fire %zu", id, i);
        cr_expect(ez_trigger_last(trigger, after, &last) && last == after, "%s, fire %zu", id, i);
        cr_expect(eq(u64, ez_trigger_count(trigger, start, after, 100), i + 1), "%s, fire %zu", id,
                  i);
    }
    if (json_is_true(json_object_get(vector, "exhausted"))) {
        cr_expect(eq(i64, ez_trigger_next(trigger, after), EXECZ_TIME_NEVER), "%s", id);
    }
}

static void
check(const json_t *vector, const char *id)
{
    g_autofree char *text = text_of(vector);
    g_autoptr(ez_trigger) trigger = read_trigger(text);
    g_autofree char *written = ez_trigger_format(trigger);
    g_autoptr(ez_trigger) again = read_trigger(written);
    g_autofree char *rewritten = ez_trigger_format(again);

    cr_expect(eq(str, rewritten, written), "%s", id);
    if (!wants_other_rules(vector, id, wants_newer_rules, G_N_ELEMENTS(wants_newer_rules))) {
        expect_fires(trigger, vector, id);
        expect_fires(again, vector, id);
    }
}

Test(vectors, intervals_and_dates_fire_when_other_schedulers_agree_they_do)
{
    cr_expect(eq(uint, check_vectors("interval.jsonl", check), 190));
}
