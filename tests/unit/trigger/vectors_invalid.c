/* SPDX-License-Identifier: MIT */
/* What all others refuse is refused here as well, but for what we support on purpose. */
#include "vector.h"

static const struct {
    const char *id, *reason;
} supported[] = {
    {"p-crontab-00171", "5L in a crontab is the last Friday of the month"},
    {"p-crontab-00173", "? in a crontab restricts nothing"},
    {"p-interval-00212", "a time of day may be given without seconds"},
};

static bool
is_supported(const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(supported); i++) {
        if (strcmp(supported[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

static char *
text_of(const json_t *vector)
{
    const char *run_date = vector_text(vector, "run_date");

    return run_date != NULL ? g_strdup_printf("date(\"%s\")", run_date)
                            : vector_trigger(vector, "");
}

static void
check(const json_t *vector, const char *id)
{
    g_autofree char *text = text_of(vector);
    execz_error err = EXECZ_ERROR_INIT;
    g_autoptr(ez_trigger) trigger = try_trigger(text, &err);

    cr_expect(is_supported(id) == (trigger != NULL), "%s: %s: %s", id, text, err.message);
}

Test(vectors, what_all_others_refuse_is_refused)
{
    cr_expect(eq(uint, check_vectors("invalid.jsonl", check), 16));
}
