/* SPDX-License-Identifier: MIT */
/* Cases on which the others disagree, with the answer of each.  The oracle fires at each instant
 * whose wall clock shows the fields: gap=skip, fold=both.  systemd means gap=skip, fold=first: it
 * drops the repeated hour also where each hour is named, as that policy does. */
#include "vector.h"

/* A vector on which we differ from a peer on purpose. */
typedef struct difference {
    const char *id, *peer, *reason;
} difference;

static const difference differences[] = {
    {"p-cron-00022", "oracle", "needs rules for Morocco that tzdata 2025b does not have"},
    {"p-cron-00022", "systemd", "needs rules for Morocco that tzdata 2025b does not have"},
    {"p-cron-00023", "oracle", "needs rules for Morocco that tzdata 2025b does not have"},
    {"p-cron-00023", "systemd", "needs rules for Morocco that tzdata 2025b does not have"},
    {"p-crontab-00166", "oracle", "in a crontab 7 is Sunday; to the oracle it was no weekday"},
    {"p-crontab-00167", "oracle", "in a crontab 5 is Friday and either day is enough"},
    {"p-crontab-00167", "systemd", "its text was made from the oracle's reading"},
    {"p-crontab-00175", "oracle", "in a crontab weekdays are counted from Sunday"},
    {"p-crontab-01111", "systemd", "asked within a repeated hour it takes that for the first one"},
    {"p-crontab-01121", "systemd",
     "it loses 03:05, which exists, behind the gap that ends at 03:00"},
};

static bool
is_known_to_differ(const char *id, const char *peer)
{
    for (size_t i = 0; i < G_N_ELEMENTS(differences); i++) {
        if (strcmp(differences[i].id, id) == 0 && strcmp(differences[i].peer, peer) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the trigger, NULL if it was refused, does what the answer says. */
static bool
gives(const ez_trigger *trigger, const json_t *vector, const json_t *answer)
{
    execz_time after = vector_time(json_object_get(vector, "start")) - 1;
    json_t *expected;
    size_t i;

    if (trigger == NULL) {
        return json_object_get(answer, "error") != NULL;
    }
    json_array_foreach(json_object_get(answer, "next"), i, expected)
    {
        after = ez_trigger_next(trigger, after);
        if (after != vector_time(expected)) {
            return false;
        }
    }
    return json_object_get(answer, "error") == NULL;
}

/* Whether we do what peer did, under a policy; or both refuse. */
static void
expect_like(const char *peer, const char *policy, const json_t *vector, const char *id)
{
    const json_t *answer = json_object_get(json_object_get(vector, "answers"), peer);
    g_autofree char *text = vector_trigger(vector, policy);
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_trigger) trigger = try_trigger(text, &err);

    if (answer != NULL) {
        cr_expect(gives(trigger, vector, answer) != is_known_to_differ(id, peer), "%s, %s: %s %s",
                  id, peer, text, err.message);
    }
}

static void
check(const json_t *vector, const char *id)
{
    if (g_str_has_prefix(vector_text(vector, "kind"), "cron")) {
        expect_like("oracle", ", gap=skip, fold=both", vector, id);
        expect_like("systemd", ", gap=skip, fold=first", vector, id);
    }
}

Test(vectors, of_two_policies_one_is_that_of_the_oracle_and_one_that_of_systemd)
{
    cr_expect(eq(uint, check_vectors("disputed.jsonl", check), 211));
}
