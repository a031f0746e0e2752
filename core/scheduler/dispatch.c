/* SPDX-License-Identifier: MIT */
#include "scheduler/dispatch.h"

#include "base/failpoint.h"
#include "scheduler/held.h"
#include "scheduler/journal.h"
#include "scheduler/modify.h"
#include "scheduler/news.h"
#include "scheduler/overlap.h"
#include "scheduler/submit.h"
#include "scheduler/tell.h"

static void
take_manual_locked(execz_scheduler *self, ez_batch_item *item)
{
    ez_manual *manual = g_queue_pop_head(&self->manual);

    item->entry = manual->entry;
    item->source = EXECZ_SOURCE_MANUAL;
    item->due.times[0] = manual->time;
    item->due.n = 1;
    item->due.coalesced = 0;
    item->due.missed = 0;
    item->due.more = false;
    g_free(manual);
}

/* Where a search for a fire time goes on at once, it is for the next pass: none takes long. */
static void
plan_next_locked(execz_scheduler *self, ez_entry *entry)
{
    if (!ez_heap_holds(&entry->node)) {
        ez_scheduler_plan_locked(self, entry);
    }
    ez_scheduler_change_locked(self, EXECZ_STORE_NEXT_RUN, entry);
}

/* Takes the first that is due at now; false if nothing is.  It is queued again at once where the next
 * is later than now, else only with the whole batch, so that nothing is in it twice. */
static bool
take_due_locked(execz_scheduler *self, ez_batch_item *item, execz_time now)
{
    execz_time at = 0;
    ez_heap_node *node = ez_heap_first(&self->due, &at);
    ez_entry *entry;

    if (node == NULL || at > now) {
        return false;
    }
    entry = ez_entry_of(node);
    item->entry = entry;
    item->source = EXECZ_SOURCE_SCHEDULE;
    ez_entry_collect_locked(entry, now, &item->due);
    at = entry->fire == EXECZ_TIME_NEVER ? EXECZ_TIME_NEVER : ez_entry_due(entry);
    if (at > now && at != EXECZ_TIME_NEVER) {
        ez_heap_postpone(&self->due, at);
    } else {
        ez_heap_remove(&self->due, node);
    }
    return true;
}

/* Goes on with the batch, of n so far, up to limit; returns how many there are then. */
static size_t
collect_manual_locked(execz_scheduler *self, size_t n, size_t limit)
{
    while (n < limit && !g_queue_is_empty(&self->manual)) {
        take_manual_locked(self, &self->batch[n++]);
    }
    return n;
}

/* Fills the batch; returns how many.  However much is asked for by hand, half of it is for what is due
 * by schedule.  *news_out is what is to be told before. */
static size_t
collect(execz_scheduler *self, execz_time now, GQueue *news_out)
{
    size_t n, n_manual;

    pthread_mutex_lock(&self->lock);
    ez_modify_apply_locked(self);
    n = n_manual = collect_manual_locked(self, 0, EZ_BATCH / 2);
    while (n < EZ_BATCH && self->state != EXECZ_STATE_PAUSED &&
           take_due_locked(self, &self->batch[n], now)) {
        n++;
    }
    for (size_t i = n_manual; i < n; i++) {
        /* Not before: an atomic step waits for all that was written to entries which are not in the cache,
         * as those are whose places in the heap have changed. */
        plan_next_locked(self, ez_entry_ref(self->batch[i].entry));
    }
    n = collect_manual_locked(self, n, EZ_BATCH);
    *news_out = ez_news_take_locked(self);
    pthread_mutex_unlock(&self->lock);
    return n;
}

/* Keeps due with what is held of its source already, and tries all of it, unless its executor is busy
 * or more of it is to come. */
static void
hold(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    bool more = due->more;
    ez_held *held = ez_held_keep(self, entry, due, source);
    const ez_line *line = held == NULL ? NULL : held->waiter.line;

    if (held == NULL) {
        return;
    }
    if (more && line == NULL) {
        ez_line_push(&self->gathering, &held->waiter);
    } else if (!more && (line == &self->gathering || ez_held_is_blocked(self, &held->waiter))) {
        (void)ez_submit_held(self, held);
    }
}

/* What is due is known to the store, with what there is to know of its way, before it goes on that. */
static void
note_due(execz_scheduler *self, ez_batch_item *item)
{
    ez_due *due = &item->due;
    ez_unsubmitted opened = {
        .source = item->source,
        .times = due->times,
        .n = due->n,
        .more = due->coalesced,
    };

    due->waits = self->durable && (due->more || ez_submit_would_wait(self, item->entry));
    if (self->durable) {
        ez_journal_open(self, item->entry->task, &opened, due->waits);
    }
}

static void
submit_item(execz_scheduler *self, ez_batch_item *item)
{
    ez_entry *entry = item->entry;
    ez_due *due = &item->due;
    bool waits = ez_entry_waits(entry);

    ez_submit_missed(self, entry, due, item->source);
    if (due->n > 0 && entry->removed) {
        ez_tell_due(self, EXECZ_EVENT_TASK_CANCELLED, entry, item->source, due,
                    "its task was removed");
        return;
    }
    if (waits && due->n > 0 && !due->more && ez_entry_count_waiting(entry) > 0) {
        ez_overlap_take(self, entry, due, item->source); /* behind what waits already */
    } else if (due->more || (waits && ez_entry_find_held(entry, item->source) != NULL)) {
        hold(self, entry, due, item->source);
    } else if (due->n > 0) {
        (void)ez_submit(self, entry, due, item->source);
    }
}

void
ez_dispatch_due(execz_scheduler *self)
{
    GQueue news;
    size_t n = collect(self, ez_clock_now(self->clock), &news);

    for (size_t i = 0; i < n; i++) {
        note_due(self, &self->batch[i]);
    }
    (void)(n > 0 && ez_failpoint("dispatch.due"));
    ez_scheduler_commit(self);
    (void)(n > 0 && ez_failpoint("dispatch.committed"));
    ez_news_deliver(self, &news);
    for (size_t i = 0; i < n; i++) {
        ez_entry *entry = self->batch[i].entry;

        submit_item(self, &self->batch[i]);
        ez_scheduler_retire(self, entry);
        ez_entry_unref(entry);
    }
}
