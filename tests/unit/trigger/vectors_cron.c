/* SPDX-License-Identifier: MIT */
/* What four schedulers and an oracle agreed on about fields.  They all fire at each instant whose
 * wall clock shows the fields, which is gap=skip and fold=both. */
#include "vector.h"

/* Vectors with a fixed wall time that was skipped or repeated among its first eight: our usual
 * policy runs it once on that day. */
static const char *const at_an_edge[] = {
    "p-cron-00118", "p-cron-00130", "p-cron-00136", "p-cron-00252", "p-cron-00259",
    "p-cron-00394", "p-cron-00441", "p-cron-00506", "p-cron-00522", "p-cron-00562",
    "p-cron-00640", "p-cron-00657", "p-cron-00860", "p-cron-01000",
};

/* Vectors made with rules that tzdata 2025b does not have: Morocco is on UTC for good from
 * 2026-09-20 on, and Cuba in 2027 on summer time for all of the year. */
static const char *const wants_newer_rules[] = {
    "p-cron-00080",     "p-cron-00222",     "p-cron-00294",     "p-cron-00304",
    "p-cron-00340",     "p-cron-00341",     "p-cron-00423",     "p-cron-00425",
    "p-cron-00434",     "p-cron-00456",     "p-cron-00515",     "p-cron-00521",
    "p-cron-00535",     "p-cron-00607",     "p-cron-00626",     "p-cron-00630",
    "p-cron-00632",     "p-cron-00715",     "p-cron-00799",     "p-cron-00835",
    "p-cron-00848",     "p-cron-00902",     "p-cron-00962",     "p-cron-01050",
    "p-cron-01061",     "p-cron-01062",     "p-crontab-01117",  "p-crontab-01135",
    "p-crontab-01214",  "p-crontab5-01828", "p-crontab5-01829", "p-crontab5-01877",
    "p-crontab5-01937",
};

/* Whether next, last and count answer what the vector says. */
static bool
agrees(const ez_trigger *trigger, const json_t *vector)
{
    execz_time start = vector_time(json_object_get(vector, "start")) - 1;
    execz_time after = start, last = 0;
    json_t *expected;
    size_t i;

    json_array_foreach(json_object_get(vector, "next"), i, expected)
    {
        after = ez_trigger_next(trigger, after);
        if (after != vector_time(expected) || !ez_trigger_last(trigger, after, &last) ||
            last != after || ez_trigger_count(trigger, start, after, 100) != i + 1) {
            return false;
        }
    }
    return !json_is_true(json_object_get(vector, "exhausted")) ||
           ez_trigger_next(trigger, after) == EXECZ_TIME_NEVER;
}

static void
expect_read_again(const ez_trigger *trigger, const json_t *vector, const char *id)
{
    g_autofree char *written = ez_trigger_format(trigger);
    g_autoptr(ez_trigger) again = read_trigger(written);
    g_autofree char *rewritten = ez_trigger_format(again);

    cr_expect(eq(str, rewritten, written), "%s", id);
    cr_expect(agrees(again, vector) == agrees(trigger, vector), "%s", id);
}

static void
expect_agreement(const json_t *vector, const char *id)
{
    g_autofree char *real_text = vector_trigger(vector, ", gap=skip, fold=both");
    g_autofree char *usual_text = vector_trigger(vector, "");
    g_autoptr(ez_trigger) real = read_trigger(real_text);
    g_autoptr(ez_trigger) usual = read_trigger(usual_text);
    bool is_fixed = is_among(at_an_edge, G_N_ELEMENTS(at_an_edge), id);

    cr_expect(agrees(real, vector), "%s: %s", id, real_text);
    cr_expect(agrees(usual, vector) != is_fixed, "%s: %s", id, usual_text);
    expect_read_again(usual, vector, id);
}

/* What can never fire is refused: the others answer that nothing comes. */
static bool
is_refused(const json_t *vector, const char *id)
{
    g_autofree char *text = vector_trigger(vector, "");
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_trigger) trigger = try_trigger(text, &err);

    cr_expect(trigger != NULL || strstr(err.message, "never fires") != NULL, "%s: %s: %s", id, text,
              err.message);
    return trigger == NULL;
}

static void
check(const json_t *vector, const char *id)
{
    if (json_array_size(json_object_get(vector, "next")) == 0 && is_refused(vector, id)) {
        return;
    }
    if (wants_other_rules(vector, id, wants_newer_rules, G_N_ELEMENTS(wants_newer_rules))) {
        return;
    }
    expect_agreement(vector, id);
}

Test(vectors, cron_fires_when_other_schedulers_agree_it_does)
{
    cr_expect(eq(uint, check_vectors("cron.jsonl", check), 880));
}

Test(vectors, a_crontab_of_cron_dialect_fires_when_other_schedulers_agree_it_does)
{
    cr_expect(eq(uint, check_vectors("crontab.jsonl", check), 240));
}

Test(vectors, crontab_fires_when_others_that_follow_its_manual_agree_it_does)
{
    cr_expect(eq(uint, check_vectors("crontab5.jsonl", check), 200));
}
