/* SPDX-License-Identifier: MIT */
/* A run time that is due while its task has max_instances runs waits in the entry, if the task's
 * overlap is queue or replace.  The two differ in what they do when it comes: queue refuses it
 * beyond the limit, replace cancels the oldest run for it, and beyond one for each run also the
 * oldest of those that wait.
 *
 * Nothing is started from here while results are taken: an entry of which a run has ended is noted,
 * and the next step of a running scheduler starts what waits.  So a scheduler that is paused starts
 * nothing, and no result is taken inside of the handling of another. */
#include "scheduler/overlap.h"

#include "scheduler/journal.h"
#include "scheduler/retry.h"
#include "scheduler/submit.h"

#include <string.h>

void
ez_overlap_refuse(execz_scheduler *self, ez_entry *entry, const ez_due *due, uint32_t source)
{
    ez_log_write(&self->log, EXECZ_LOG_WARNING,
                 "task skipped task=%s: it has reached its maximum of %u running instances",
                 entry->task->id, entry->task->plan->abi.max_instances);
    ez_tell_due(self, EXECZ_EVENT_TASK_MAX_INSTANCES, entry, source, due,
                "it has reached its maximum of running instances");
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* Has the first n run times of due wait, and takes them out of it. */
static void
push(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t n, uint32_t source)
{
    if (entry->waiting == NULL) {
        entry->waiting = g_queue_new();
    }
    if (self->durable && !due->waits) {
        ez_unsubmitted pushed = {source, due->times, n, n == due->n ? due->coalesced : 0, 1, 0};

        ez_journal_open(self, entry->task, &pushed, true);
    }
    for (uint32_t i = 0; i < n; i++) {
        ez_waiting *waiting = g_new(ez_waiting, 1);

        *waiting = (ez_waiting){due->times[i], i + 1 == due->n ? due->coalesced : 0, source};
        g_queue_push_tail(entry->waiting, waiting);
    }
    self->n_waiting += n;
    ez_entry_note_waits(entry);
    due->n -= n;
    memmove(due->times, due->times + n, due->n * sizeof due->times[0]);
}

void
ez_overlap_put(execz_scheduler *self, ez_entry *entry, const ez_unsubmitted *run)
{
    ez_due due = {.times = {run->times[0]}, .n = 1, .coalesced = run->more, .waits = true};

    push(self, entry, &due, 1, run->source);
    ez_overlap_note_room(self, entry);
}

/* The oldest that waits, as the caller's own; false if nothing does. */
static bool
pop(execz_scheduler *self, ez_entry *entry, ez_waiting *out)
{
    g_autofree ez_waiting *waiting =
        entry->waiting == NULL ? NULL : g_queue_pop_head(entry->waiting);

    if (waiting == NULL) {
        return false;
    }
    self->n_waiting--;
    ez_entry_note_waits(entry);
    *out = *waiting;
    return true;
}

static void
tell_cancelled(execz_scheduler *self, ez_entry *entry, const ez_waiting *waiting,
               const char *message)
{
    ez_unsubmitted cancelled = {
        .source = waiting->source,
        .times = &waiting->time,
        .n = 1,
        .more = waiting->coalesced,
    };

    ez_tell_unsubmitted(self, EXECZ_EVENT_TASK_CANCELLED, entry, &cancelled, message);
}

/* ---- queue ----------------------------------------------------------------------------------- */

static void
queue(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    guint limit = entry->task->plan->overlap_limit;
    guint length = ez_entry_count_waiting(entry);

    push(self, entry, due, MIN(due->n, limit - MIN(limit, length)), source);
    if (due->n > 0) {
        ez_overlap_refuse(self, entry, due, source);
    }
}

/* ---- replace --------------------------------------------------------------------------------- */

/* Cancels the oldest run; false if for each that waits one is cancelled already. */
static bool
cancel_oldest(execz_scheduler *self, ez_entry *entry)
{
    ez_run *oldest = NULL; /* of those that are not cancelled */
    guint n_cancelled = 0;

    for (ez_run *run = entry->newest; run != NULL; run = run->older) {
        if (ez_run_is_cancelled(run)) {
            n_cancelled++;
        } else {
            oldest = run;
        }
    }
    if (oldest == NULL || n_cancelled >= ez_entry_count_waiting(entry)) {
        return false;
    }
    ez_log_write(&self->log, EXECZ_LOG_INFO, "task replaced task=%s: its oldest run is cancelled",
                 entry->task->id);
    ez_executor_cancel(oldest->executor, oldest);
    return true;
}

static void
replace(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    ez_waiting oldest;

    push(self, entry, due, due->n, source);
    while (ez_entry_count_waiting(entry) > entry->task->plan->abi.max_instances &&
           pop(self, entry, &oldest)) {
        tell_cancelled(self, entry, &oldest, "a later run time has taken its place");
    }
    /* What only waits to be attempted again does nothing, and goes first. */
    if (ez_retry_cancel_first(self, entry, "a later run time has taken its place")) {
        if (!self->holding) {
            ez_overlap_start_next(self, entry);
        }
        return;
    }
    while (cancel_oldest(self, entry)) {
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

void
ez_overlap_take(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    switch (entry->task->plan->overlap) {
    case EXECZ_OVERLAP_QUEUE:
        queue(self, entry, due, source);
        break;
    case EXECZ_OVERLAP_REPLACE:
        replace(self, entry, due, source);
        break;
    default:
        ez_overlap_refuse(self, entry, due, source);
    }
}

void
ez_overlap_note_room(execz_scheduler *self, ez_entry *entry)
{
    if (!ez_entry_waits(entry) || ez_entry_count_waiting(entry) == 0 || entry->ready) {
        return;
    }
    entry->ready = true;
    g_queue_push_tail(&self->ready, ez_entry_ref(entry));
}

void
ez_overlap_start_next(execz_scheduler *self, ez_entry *entry)
{
    ez_waiting next;

    while (entry->held == NULL && entry->instances < entry->task->plan->abi.max_instances &&
           pop(self, entry, &next)) {
        ez_due due = {
            .times = {next.time}, .n = 1, .coalesced = next.coalesced, .waits = self->durable};

        (void)ez_submit(self, entry, &due, next.source);
    }
}

void
ez_overlap_start(execz_scheduler *self)
{
    ez_entry *entry;

    while ((entry = g_queue_pop_head(&self->ready)) != NULL) {
        entry->ready = false;
        ez_overlap_start_next(self, entry);
        ez_scheduler_retire(self, entry);
        ez_entry_unref(entry);
    }
}

void
ez_overlap_cancel(execz_scheduler *self, ez_entry *entry, const char *message)
{
    ez_waiting waiting;

    while (pop(self, entry, &waiting)) {
        tell_cancelled(self, entry, &waiting, message);
    }
}

static bool
has_waiting(const ez_entry *entry, const void *user)
{
    (void)user;
    return ez_entry_count_waiting(entry) > 0;
}

void
ez_overlap_cancel_all(execz_scheduler *self, const char *message)
{
    g_autoptr(GPtrArray) entries = NULL;

    if (self->n_waiting == 0) {
        return;
    }
    entries = ez_scheduler_list_entries(self, has_waiting, NULL);
    for (guint i = 0; i < entries->len; i++) {
        ez_overlap_cancel(self, entries->pdata[i], message);
        ez_scheduler_retire(self, entries->pdata[i]);
    }
}
