/* SPDX-License-Identifier: MIT */
#include "daemon/fingerprint.h"

#include <string.h>

/* With its end, and so that none is not an empty one. */
static void
append_text(GByteArray *out, const char *text)
{
    g_byte_array_append(out, (const guint8 *)(text == NULL ? "" : "+"), 1);
    if (text != NULL) {
        g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text) + 1);
    }
}

static void
append_texts(GByteArray *out, const char *const *texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        append_text(out, texts[i]);
    }
    append_text(out, NULL);
}

static void
append_numbers(GByteArray *out, const execz_task_spec *spec)
{
    const int64_t numbers[] = {
        spec->max_instances,
        spec->misfire_grace_time,
        spec->timeout,
        spec->kill_grace,
        (int64_t)spec->output_limit,
        spec->coalesce,
        spec->priority,
        spec->overlap,
        spec->overlap_limit,
        spec->max_attempts,
        spec->retry_on,
        spec->retry_factor,
        spec->retry_jitter,
        spec->retry_delay,
        spec->retry_max_delay,
        spec->delivery,
        spec->origin,
    };

    g_byte_array_append(out, (const guint8 *)numbers, sizeof numbers);
    g_byte_array_append(out, (const guint8 *)spec->retry_never,
                        (guint)(spec->n_retry_never * sizeof spec->retry_never[0]));
}

GBytes *
ez_fingerprint_of(const execz_task_spec *spec)
{
    GByteArray *out = g_byte_array_sized_new(512);
    const char *const texts[] = {spec->name,     spec->executor, spec->trigger, spec->timezone,
                                 spec->function, spec->shell,    spec->cwd,     spec->args};

    EXECZ_STATIC_ASSERT(sizeof *spec == 216, "add the new fields, too");
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        append_text(out, texts[i]);
    }
    append_texts(out, spec->argv);
    append_texts(out, spec->env);
    for (uint64_t i = 0; i < spec->n_options; i++) {
        append_text(out, spec->options[i].key);
        append_text(out, spec->options[i].value);
    }
    append_text(out, NULL);
    append_numbers(out, spec);
    return g_byte_array_free_to_bytes(out);
}
