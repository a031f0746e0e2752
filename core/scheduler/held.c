/* SPDX-License-Identifier: MIT */
#include "scheduler/held.h"

#include "scheduler/submit.h"
#include "scheduler/tell.h"

/* While the scheduler is paused only what somebody has asked for is started. */
static bool
is_kept(const execz_scheduler *self, const ez_entry *entry)
{
    return self->holding && entry->held != NULL && entry->held_source == EXECZ_SOURCE_SCHEDULE;
}

void
ez_held_submit(execz_scheduler *self, ez_executor_place *place)
{
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(ez_waiter));
    ez_waiter first;
    bool free = true;

    place->retry_at = EXECZ_TIME_NEVER;
    for (size_t left = ez_line_length(&place->held);
         left > 0 && free && ez_line_pop(&place->held, &first); left--) {
        if (is_kept(self, first.entry)) {
            g_array_append_val(kept, first);
            continue;
        }
        first.entry->queued = false;
        place->turn = first.since; /* which it keeps, if it has to wait again */
        free = ez_submit_held(self, first.entry);
        place->turn = EXECZ_TIME_NEVER;
        ez_scheduler_retire(self, first.entry);
        ez_entry_unref(first.entry);
    }
    for (guint i = 0; i < kept->len; i++) {
        ez_line_push(&place->held, &g_array_index(kept, ez_waiter, i));
    }
}

void
ez_held_set_holding(execz_scheduler *self, bool holding)
{
    g_autoptr(GPtrArray) places = NULL;

    if (self->holding && !holding) {
        places = ez_scheduler_list_places(self);
        for (guint i = 0; i < places->len; i++) {
            ((ez_executor_place *)places->pdata[i])->retry_at = 0;
        }
        self->recheck_at = 0;
    }
    self->holding = holding;
}

void
ez_held_retry(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = NULL;
    int64_t now;

    if (self->n_held == 0) {
        return;
    }
    now = ez_clock_monotonic(self->clock);
    places = ez_scheduler_list_places(self);
    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        if (place->retry_at <= now) {
            ez_held_submit(self, place);
        }
    }
}

int64_t
ez_held_next_retry(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = NULL;
    int64_t next = self->recheck_at;

    if (self->n_held == 0) {
        return next;
    }
    places = ez_scheduler_list_places(self);
    for (guint i = 0; i < places->len; i++) {
        next = MIN(next, ((ez_executor_place *)places->pdata[i])->retry_at);
    }
    return next;
}

static bool
holds(const ez_entry *entry, const void *alias)
{
    return entry->held != NULL &&
           (alias == NULL || g_str_equal(entry->task->plan->executor, alias));
}

/* Entries that hold something, a reference each; alias: only those of this executor. */
static GPtrArray *
list_holding(execz_scheduler *self, const char *alias)
{
    return self->n_held == 0 ? ez_entries_new() : ez_scheduler_list_entries(self, holds, alias);
}

void
ez_held_unblock(execz_scheduler *self, const char *alias)
{
    g_autoptr(GPtrArray) entries = list_holding(self, alias);

    for (guint i = 0; i < entries->len; i++) {
        ez_entry *entry = entries->pdata[i];

        if (!entry->queued && entry->held != NULL && !is_kept(self, entry)) {
            (void)ez_submit_held(self, entry);
            ez_scheduler_retire(self, entry);
        }
    }
}

static const int64_t recheck_after = 5 * EXECZ_SECOND;

void
ez_held_recheck(execz_scheduler *self)
{
    bool asked = atomic_load(&self->recheck) && atomic_exchange(&self->recheck, false);
    int64_t now;

    if (!asked && self->n_blocked == 0) {
        self->recheck_at = EXECZ_TIME_NEVER;
        return;
    }
    now = ez_clock_monotonic(self->clock);
    if (asked || now >= self->recheck_at) {
        ez_held_unblock(self, NULL);
    } else if (self->recheck_at != EXECZ_TIME_NEVER) {
        return;
    }
    self->recheck_at = now + recheck_after;
}

/* What waited for a place waits no more. */
static void
empty_lines(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);

    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];
        ez_waiter waiter;

        place->retry_at = EXECZ_TIME_NEVER;
        while (ez_line_pop(&place->held, &waiter)) {
            waiter.entry->queued = false;
            ez_entry_unref(waiter.entry);
        }
    }
}

void
ez_held_drop(execz_scheduler *self, uint64_t code, const char *message)
{
    g_autoptr(GPtrArray) entries = list_holding(self, NULL);

    for (guint i = 0; i < entries->len; i++) {
        ez_entry *entry = entries->pdata[i];
        g_autofree ez_due *due = ez_submit_let_go(self, entry);

        ez_tell_due(self, code, entry, entry->held_source, due, message);
        ez_scheduler_retire(self, entry);
    }
    empty_lines(self);
}
