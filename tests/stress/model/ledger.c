/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

enum { TOLD = 10 };

static void
fault(ledger *self, const char *key, const execz_event *event, const char *what)
{
    if (self->n_faults++ < TOLD) {
        fprintf(stderr, "fault: %s: %s: %s (attempt %u%s%s)\n", key, execz_event_name(event->code),
                what, event->attempt, event->message == NULL ? "" : ", ",
                event->message == NULL ? "" : event->message);
    }
}

static char *
key_of(const execz_event *event, uint32_t i)
{
    return g_strdup_printf("%s %" G_GINT64_FORMAT, event->task, event->run_times[i]);
}

static void
open_one(ledger *self, const execz_event *event, uint32_t i)
{
    char *key = key_of(event, i);
    unsigned before = GPOINTER_TO_UINT(g_hash_table_lookup(self->open, key));

    if (g_hash_table_contains(self->ended, key)) {
        fault(self, key, event, "it had ended already");
    } else if (event->attempt != before + 1) {
        fault(self, key, event, before == 0 ? "its first attempts were not told" : "not the next");
    }
    self->n_submitted += before == 0;
    g_hash_table_insert(self->open, key, GUINT_TO_POINTER(event->attempt));
}

static void
retry_one(ledger *self, const execz_event *event)
{
    g_autofree char *key = key_of(event, 0);

    self->n_retried++;
    if (!g_hash_table_contains(self->open, key)) {
        fault(self, key, event, "it was not submitted");
    }
    if (event->next_attempt < event->result->finished) {
        fault(self, key, event, "the next attempt is due before this one ended");
    }
}

static void
end_one(ledger *self, const execz_event *event)
{
    char *key = key_of(event, 0);

    if (g_hash_table_remove(self->open, key)) {
        self->n_ended++;
    } else if (event->run == 0) {
        self->n_unsubmitted++; /* it never was a run: missed, or cancelled while it waited */
    } else {
        fault(self, key, event, "it was not submitted");
    }
    if (!g_hash_table_add(self->ended, key)) {
        fault(self, key, event, "it has ended twice");
    }
}

/* Of a run time that was asked for by hand it is told once that it is submitted, refused, or ends without
 * ever being a run; or it is counted as coalesced there. */
static void
count_by_hand(ledger *self, const execz_event *event)
{
    bool unsubmitted = (event->code & EXECZ_EVENT_TERMINAL) != 0 && event->run == 0;

    if (event->source == EXECZ_SOURCE_MANUAL &&
        (event->code == EXECZ_EVENT_TASK_SUBMITTED ||
         event->code == EXECZ_EVENT_TASK_MAX_INSTANCES || unsubmitted)) {
        self->n_by_hand += event->n_run_times + event->coalesced;
    }
}

void
ledger_take(void *user, const execz_event *event)
{
    ledger *self = user;

    count_by_hand(self, event);
    if (event->code == EXECZ_EVENT_TASK_SUBMITTED) {
        atomic_store(&self->last, event->run);
        for (uint32_t i = 0; i < event->n_run_times; i++) {
            open_one(self, event, i);
        }
    } else if (event->code == EXECZ_EVENT_TASK_RETRY) {
        retry_one(self, event);
    } else if ((event->code & EXECZ_EVENT_TERMINAL) != 0) {
        end_one(self, event);
    } else if (event->code == EXECZ_EVENT_TASK_MAX_INSTANCES) {
        self->n_refused++;
    }
}

void
ledger_expect_all_ended(ledger *self)
{
    GHashTableIter iter;
    void *key;

    g_hash_table_iter_init(&iter, self->open);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (self->n_faults++ < TOLD) {
            fprintf(stderr, "fault: %s: was submitted and has not ended\n", (const char *)key);
        }
    }
    g_hash_table_remove_all(self->open);
}

void
ledger_init(ledger *self)
{
    *self = (ledger){.open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                     .ended = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
}

void
ledger_deinit(ledger *self)
{
    g_hash_table_unref(self->open);
    g_hash_table_unref(self->ended);
}
