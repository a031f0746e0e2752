/* SPDX-License-Identifier: MIT */
/* A due task is submitted, refused for max_instances, or held.  It is held when its executor is
 * busy, in that executor's queue, or when it is blocked: its executor or function cannot be used.
 * What is held takes up later run times of the task by its coalescing, so that however long the
 * wait, it is bounded; nothing that is due is dropped without an event. */
#include "scheduler/dispatch.h"

#include "base/error.h"
#include "scheduler/tell.h"

static const int64_t first_retry = 10 * EXECZ_MILLISECOND;
static const int64_t last_retry = EXECZ_SECOND;

/* ---- collecting ------------------------------------------------------------------------------ */

static void
plan_next_locked(execz_scheduler *self, ez_entry *entry, execz_time next)
{
    entry->fire = next;
    if (next == EXECZ_TIME_NEVER) {
        ez_heap_remove(&self->due, &entry->node);
    } else {
        ez_heap_set(&self->due, &entry->node, ez_due_time(entry->task, entry->trigger, next));
    }
    ez_scheduler_change_locked(self, EZ_CHANGE_NEXT, entry);
}

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
    g_free(manual);
}

/* Fills the batch; returns how many. */
static size_t
collect(execz_scheduler *self, execz_time now)
{
    size_t n = 0;

    pthread_mutex_lock(&self->lock);
    while (n < EZ_BATCH && !g_queue_is_empty(&self->manual)) {
        take_manual_locked(self, &self->batch[n++]);
    }
    while (n < EZ_BATCH) {
        execz_time at = 0;
        ez_heap_node *node = ez_heap_first(&self->due, &at);
        ez_batch_item *item = &self->batch[n];

        if (node == NULL || at > now) {
            break;
        }
        item->entry = ez_entry_ref_locked(ez_entry_of(node));
        item->source = EXECZ_SOURCE_SCHEDULE;
        ez_due_collect(item->entry->task, item->entry->trigger, item->entry->fire, now, &item->due);
        plan_next_locked(self, item->entry, item->due.next);
        n++;
    }
    pthread_mutex_unlock(&self->lock);
    return n;
}

/* ---- blocking -------------------------------------------------------------------------------- */

/* Sets or, with NULL, clears the reason; true if it is another one than before. */
static bool
set_blocked(execz_scheduler *self, ez_entry *entry, const char *reason)
{
    bool changed;

    pthread_mutex_lock(&self->lock);
    changed = g_strcmp0(entry->blocked, reason) != 0;
    if (changed) {
        self->n_blocked += (reason != NULL) - (entry->blocked != NULL);
        g_free(entry->blocked);
        entry->blocked = g_strdup(reason);
    }
    pthread_mutex_unlock(&self->lock);
    return changed;
}

/* Whether the task's function is there; found once, it stays. */
static bool
resolve(execz_scheduler *self, ez_entry *entry, execz_error *err)
{
    if (!entry->resolved && entry->task->abi.kind == EXECZ_TASK_FUNCTION &&
        ez_modules_resolve(self->modules, entry->task->abi.function, err) == NULL) {
        return false;
    }
    entry->resolved = true;
    return true;
}

/* The place that can take the entry's runs; NULL and the reason if none can. */
static ez_executor_place *
find_usable(execz_scheduler *self, ez_entry *entry, execz_error *why)
{
    const char *alias = entry->task->executor;
    ez_executor_place *place = ez_scheduler_find_place(self, alias);
    const char *reason = NULL;

    if (place == NULL) {
        ez_fail(why, EXECZ_E_NOT_FOUND, "there is no executor '%s'", alias);
        return NULL;
    }
    if (!ez_executor_is_available(place->executor, &reason)) {
        ez_fail(why, EXECZ_E_PLUGIN, "executor '%s' cannot be used: %s", alias, reason);
        return NULL;
    }
    if (!ez_executor_takes(place->executor, entry->task, why) || !resolve(self, entry, why)) {
        return NULL;
    }
    return place;
}

static void
hold(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    self->n_held += entry->held == NULL;
    ez_entry_hold(entry, due, source);
}

static void
report_missed(execz_scheduler *self, ez_entry *entry, const ez_due *due)
{
    if (due->missed > 0) {
        ez_tell_times(self, EXECZ_EVENT_TASK_MISSED, entry->task, EXECZ_SOURCE_SCHEDULE,
                      &due->missed_last, 1, due->missed - 1,
                      "its misfire grace time was over, or too many runs were due at once");
    }
}

static void
block(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source, const execz_error *why)
{
    due->missed = 0;
    hold(self, entry, due, source);
    report_missed(self, entry, due);
    if (set_blocked(self, entry, why->message)) {
        ez_log_write(&self->log, EXECZ_LOG_WARNING, "task blocked task=%s: %s", entry->task->abi.id,
                     why->message);
        ez_tell_task(self, EXECZ_EVENT_TASK_BLOCKED, entry->task, why->message);
    }
}

/* Queues the entry behind the others that its executor is too busy for. */
static void
wait_for_place(execz_scheduler *self, ez_executor_place *place, ez_entry *entry, ez_due *due,
               uint32_t source)
{
    due->missed = 0;
    hold(self, entry, due, source);
    report_missed(self, entry, due);
    if (!entry->queued) {
        entry->queued = true;
        pthread_mutex_lock(&self->lock);
        g_queue_push_tail(&place->held, ez_entry_ref_locked(entry));
        pthread_mutex_unlock(&self->lock);
    }
    if (place->retry_at == EXECZ_TIME_NEVER) {
        place->retry_at = ez_clock_monotonic(self->clock) + place->retry_delay;
        place->retry_delay = MIN(place->retry_delay * 2, last_retry);
    }
}

/* ---- submitting ------------------------------------------------------------------------------ */

/* Sends due as one run.  EXECZ_OK: sent, and told so. */
static execz_status
send(execz_scheduler *self, ez_executor_place *place, ez_entry *entry, const ez_due *due,
     uint32_t source, execz_error *err)
{
    ez_run *run = ez_runs_open(self->runs, entry->task, place->executor, due->times, due->n);
    execz_run token;
    execz_status status;

    if (run == NULL) {
        return ez_fail(err, EXECZ_E_BUSY, "%u runs are in flight, which is the limit", EZ_RUNS_MAX);
    }
    token = run->token;
    run->owner = entry;
    run->attempt = 1;
    run->source = source;
    run->submitted = ez_clock_now(self->clock);
    entry->instances++;
    pthread_mutex_lock(&self->lock);
    ez_entry_ref_locked(entry); /* the run's */
    pthread_mutex_unlock(&self->lock);
    status = ez_executor_send(place->executor, run, err);
    if (status == EXECZ_OK) {
        place->retry_delay = first_retry;
        ez_tell_submitted(self, entry->task, token, source, due);
        return EXECZ_OK;
    }
    entry->instances--;
    ez_runs_close(self->runs, run);
    pthread_mutex_lock(&self->lock);
    ez_entry_unref_locked(entry);
    pthread_mutex_unlock(&self->lock);
    return status;
}

static void
refuse(execz_scheduler *self, ez_entry *entry, const ez_due *due, uint32_t source)
{
    ez_log_write(&self->log, EXECZ_LOG_WARNING,
                 "task skipped task=%s: it has reached its maximum of %u running instances",
                 entry->task->abi.id, entry->task->abi.max_instances);
    ez_tell_times(self, EXECZ_EVENT_TASK_MAX_INSTANCES, entry->task, source, due->times, due->n,
                  due->coalesced, "it has reached its maximum of running instances");
}

/* Submits due (n > 0); what cannot be sent now is held.  False if the executor is busy. */
static bool
submit(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_executor_place *place = find_usable(self, entry, &err);
    execz_status status;

    if (place == NULL) {
        block(self, entry, due, source, &err);
        return true;
    }
    if (entry->blocked != NULL) {
        (void)set_blocked(self, entry, NULL);
    }
    if (entry->instances >= entry->task->abi.max_instances) {
        refuse(self, entry, due, source);
        return true;
    }
    status = send(self, place, entry, due, source, &err);
    switch (status) {
    case EXECZ_OK:
        return true;
    case EXECZ_E_BUSY:
    case EXECZ_E_SHUTDOWN:
        wait_for_place(self, place, entry, due, source);
        return false;
    case EXECZ_E_MAX_INSTANCES:
        refuse(self, entry, due, source);
        return true;
    default:
        ez_tell_times(self, EXECZ_EVENT_TASK_ERROR, entry->task, source, due->times, due->n,
                      due->coalesced,
                      err.message[0] == '\0' ? ez_status_text(status) : err.message);
        return true;
    }
}

/* Submits what the entry has held back.  False if the executor is busy. */
static bool
submit_held(execz_scheduler *self, ez_entry *entry)
{
    g_autofree ez_due *due = g_steal_pointer(&entry->held);

    if (due == NULL) {
        return true;
    }
    self->n_held--;
    return submit(self, entry, due, entry->held_source);
}

static void
submit_item(execz_scheduler *self, ez_batch_item *item)
{
    ez_entry *entry = item->entry;
    ez_due *due = &item->due;

    report_missed(self, entry, due);
    due->missed = 0;
    if (entry->held != NULL) {
        hold(self, entry, due, item->source);
        report_missed(self, entry, due);
        if (!entry->queued) {
            (void)submit_held(self, entry); /* was blocked: perhaps it is not any more */
        }
    } else if (due->n > 0) {
        (void)submit(self, entry, due, item->source);
    }
}

void
ez_dispatch_due(execz_scheduler *self)
{
    size_t n = collect(self, ez_clock_now(self->clock));

    ez_scheduler_commit(self);
    for (size_t i = 0; i < n; i++) {
        ez_entry *entry = self->batch[i].entry;

        submit_item(self, &self->batch[i]);
        ez_scheduler_retire(self, entry);
        pthread_mutex_lock(&self->lock);
        ez_entry_unref_locked(entry);
        pthread_mutex_unlock(&self->lock);
    }
}

/* ---- what was held --------------------------------------------------------------------------- */

void
ez_dispatch_held(execz_scheduler *self, ez_executor_place *place)
{
    bool free = true;

    place->retry_at = EXECZ_TIME_NEVER;
    for (guint left = place->held.length; left > 0 && free; left--) {
        ez_entry *entry = g_queue_pop_head(&place->held);

        entry->queued = false;
        free = submit_held(self, entry);
        ez_scheduler_retire(self, entry);
        pthread_mutex_lock(&self->lock);
        ez_entry_unref_locked(entry);
        pthread_mutex_unlock(&self->lock);
    }
}

void
ez_dispatch_retry(execz_scheduler *self)
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
            ez_dispatch_held(self, place);
        }
    }
}

int64_t
ez_dispatch_next_retry(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = NULL;
    int64_t next = EXECZ_TIME_NEVER;

    if (self->n_held == 0) {
        return next;
    }
    places = ez_scheduler_list_places(self);
    for (guint i = 0; i < places->len; i++) {
        next = MIN(next, ((ez_executor_place *)places->pdata[i])->retry_at);
    }
    return next;
}

/* Entries that hold something and wait in no queue, a reference each. */
static GPtrArray *
list_blocked(execz_scheduler *self, const char *alias)
{
    GPtrArray *entries = g_ptr_array_new();
    GHashTableIter iter;
    void *value;

    pthread_mutex_lock(&self->lock);
    g_hash_table_iter_init(&iter, self->tasks);
    while (self->n_held > 0 && g_hash_table_iter_next(&iter, NULL, &value)) {
        ez_entry *entry = value;

        if (entry->held != NULL && (alias == NULL || g_str_equal(entry->task->executor, alias))) {
            g_ptr_array_add(entries, ez_entry_ref_locked(entry));
        }
    }
    pthread_mutex_unlock(&self->lock);
    return entries;
}

static void
unref_entries(execz_scheduler *self, GPtrArray *entries)
{
    pthread_mutex_lock(&self->lock);
    for (guint i = 0; i < entries->len; i++) {
        ez_entry_unref_locked(entries->pdata[i]);
    }
    pthread_mutex_unlock(&self->lock);
    g_ptr_array_unref(entries);
}

void
ez_dispatch_unblock(execz_scheduler *self, const char *alias)
{
    GPtrArray *entries = list_blocked(self, alias);

    for (guint i = 0; i < entries->len; i++) {
        ez_entry *entry = entries->pdata[i];

        if (!entry->queued) {
            (void)submit_held(self, entry);
        }
    }
    unref_entries(self, entries);
}

void
ez_dispatch_drop_held(execz_scheduler *self, uint64_t code, const char *message)
{
    GPtrArray *entries = list_blocked(self, NULL);

    for (guint i = 0; i < entries->len; i++) {
        ez_entry *entry = entries->pdata[i];
        g_autofree ez_due *due = g_steal_pointer(&entry->held);

        self->n_held--;
        ez_tell_times(self, code, entry->task, entry->held_source, due->times, due->n,
                      due->coalesced, message);
        ez_scheduler_retire(self, entry);
    }
    unref_entries(self, entries);
}
