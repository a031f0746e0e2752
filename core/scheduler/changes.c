/* SPDX-License-Identifier: MIT */
/* A change of a task takes what there is to know of it at that moment, by reference: its record is
 * written by the loop, without the lock. */
#include "base/error.h"
#include "base/failpoint.h"
#include "scheduler/journal.h"
#include "scheduler/pause.h"
#include "store/record.h"

static const int64_t first_try = 100 * EXECZ_MILLISECOND; /* after a failure of the store */
static const int64_t last_try = 5 * EXECZ_SECOND;

/* A task that is put, changed, planned or removed. */
typedef struct change {
    uint32_t kind;       /* EXECZ_STORE_* */
    ez_task *task;       /* a reference */
    execz_time next_run; /* EXECZ_TIME_NEVER: none */
    ez_task_state state; /* PUT_TASK; owned */
} change;

static void
clear_change(void *data)
{
    change *self = data;

    ez_task_unref(self->task);
    ez_task_state_clear(&self->state);
}

void
ez_changes_init(execz_scheduler *self)
{
    self->changes = g_array_new(FALSE, FALSE, sizeof(change));
    g_array_set_clear_func(self->changes, clear_change);
    ez_batch_init(&self->journal);
}

void
ez_changes_deinit(execz_scheduler *self)
{
    g_array_unref(self->changes);
    ez_batch_deinit(&self->journal);
}

/* ---- gathering ------------------------------------------------------------------------------- */

static void
take_state_locked(execz_scheduler *self, ez_entry *entry, ez_task_state *state)
{
    const ez_pause *pause = ez_pause_find_locked(self, entry);

    if (entry->trigger != NULL &&
        (ez_trigger_is_anchored(entry->trigger) || ez_trigger_counts_from_end(entry->trigger))) {
        state->phase = ez_trigger_ref(entry->trigger);
    }
    if (pause != NULL) {
        state->paused = true;
        state->pause_reason = g_strdup(pause->reason);
        state->paused_until = pause->until;
    }
}

void
ez_scheduler_change_locked(execz_scheduler *self, uint32_t kind, ez_entry *entry)
{
    change made = {kind, NULL, EXECZ_TIME_NEVER, {0}};

    if (!self->durable) {
        return;
    }
    made.task = ez_task_ref(entry->task);
    made.next_run = entry->paused ? EXECZ_TIME_NEVER : entry->fire;
    if (kind == EXECZ_STORE_PUT_TASK) {
        take_state_locked(self, entry, &made.state);
    }
    g_array_append_val(self->changes, made);
}

static void
gather(execz_scheduler *self)
{
    GArray *changes = NULL;

    pthread_mutex_lock(&self->lock);
    if (self->changes->len > 0) {
        changes = self->changes;
        self->changes = g_array_new(FALSE, FALSE, sizeof(change));
        g_array_set_clear_func(self->changes, clear_change);
    }
    pthread_mutex_unlock(&self->lock);
    for (guint i = 0; changes != NULL && i < changes->len; i++) {
        const change *one = &g_array_index(changes, change, i);
        g_autofree char *record = one->kind == EXECZ_STORE_PUT_TASK
                                      ? ez_record_format_task(one->task, &one->state)
                                      : NULL;

        ez_batch_task(&self->journal, one->kind, one->task->id, one->next_run, record);
    }
    g_clear_pointer(&changes, g_array_unref);
}

/* ---- committing ------------------------------------------------------------------------------ */

static void
note_failure(execz_scheduler *self, const execz_error *why, int64_t now)
{
    if (self->store_delay == 0) {
        self->store_failing_since = ez_clock_now(self->clock);
        ez_log_write(&self->log, EXECZ_LOG_ERROR,
                     "%s; tasks go on, and what happens is written once that is mended",
                     why->message);
        ez_tell(self, EXECZ_EVENT_STORE_FAILED, ez_store_type(self->store), why->message);
    }
    self->store_delay = self->store_delay == 0 ? first_try : MIN(2 * self->store_delay, last_try);
    self->store_try_at = now + self->store_delay;
}

static void
note_success(execz_scheduler *self, size_t n)
{
    if (self->store_delay != 0) {
        self->store_delay = 0;
        self->store_failing_since = 0;
        ez_log_write(&self->log, EXECZ_LOG_WARNING,
                     "the store works again: %zu changes were written that waited", n);
        ez_tell(self, EXECZ_EVENT_STORE_RECOVERED, ez_store_type(self->store), NULL);
    }
    if (self->journal.dropped > 0) {
        ez_log_write(&self->log, EXECZ_LOG_ERROR,
                     "%" G_GUINT64_FORMAT " ends of runs are not in the history: more than %u "
                     "changes waited while the store failed",
                     self->journal.dropped, EZ_BATCH_CHANGES_MAX);
    }
    ez_batch_clear(&self->journal);
}

static execz_status
commit(execz_scheduler *self, execz_error *err)
{
    execz_status status;

    if (ez_failpoint("store.before_commit")) {
        return ez_fail(err, EXECZ_E_IO, "the failpoint store.before_commit was asked for");
    }
    status = ez_store_commit(self->store, &self->journal, err);
    (void)ez_failpoint("store.after_commit");
    return status;
}

void
ez_scheduler_commit(execz_scheduler *self)
{
    execz_error err = EXECZ_ERROR_INIT;
    int64_t now;

    if (!self->durable) {
        return;
    }
    gather(self);
    if (ez_batch_length(&self->journal) == 0) {
        return;
    }
    now = ez_clock_monotonic(self->clock);
    if (self->store_delay != 0 && now < self->store_try_at) {
        return;
    }
    if (commit(self, &err) == EXECZ_OK) {
        note_success(self, ez_batch_length(&self->journal));
    } else {
        note_failure(self, &err, now);
    }
}

void
ez_scheduler_commit_last(execz_scheduler *self)
{
    self->store_try_at = 0;
    ez_scheduler_commit(self);
}

int64_t
ez_changes_next_try(const execz_scheduler *self)
{
    return self->store_delay == 0 ? EXECZ_TIME_NEVER : self->store_try_at;
}
