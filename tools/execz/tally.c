/* SPDX-License-Identifier: MIT */
#include "tally.h"

#include <glib.h>

void
ez_tally_count(ez_tally *self, const execz_event *event)
{
    if ((event->code & EXECZ_EVENT_TERMINAL) != 0 && event->result != NULL &&
        event->result->outcome < G_N_ELEMENTS(self->ended)) {
        /* What never was a run is told once for all of its run times, which end in the same way. */
        self->ended[event->result->outcome] += event->n_run_times;
        *(event->run == 0 ? &self->ended[event->result->outcome] : &self->coalesced) +=
            event->coalesced;
    } else if (event->code == EXECZ_EVENT_TASK_MAX_INSTANCES) {
        self->refused += event->n_run_times + event->coalesced;
    }
}

static void
append(GString *text, uint64_t count, const char *what)
{
    if (count > 0) {
        g_string_append_printf(text, "%s %" G_GUINT64_FORMAT " %s",
                               g_str_has_suffix(text->str, ":") ? "" : ",", count, what);
    }
}

char *
ez_tally_text(const ez_tally *self)
{
    GString *text = g_string_new(NULL);
    uint64_t sum = self->refused + self->coalesced;

    for (uint32_t i = 0; i < G_N_ELEMENTS(self->ended); i++) {
        sum += self->ended[i];
    }
    g_string_append_printf(text, "%" G_GUINT64_FORMAT " run%s%s", sum, sum == 1 ? "" : "s",
                           sum == 0 ? "" : ":");
    for (uint32_t i = 0; i < G_N_ELEMENTS(self->ended); i++) {
        append(text, self->ended[i], execz_outcome_name(i));
    }
    append(text, self->refused, "refused for max_instances");
    append(text, self->coalesced, "covered by a later one");
    return g_string_free(text, FALSE);
}
