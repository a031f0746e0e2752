/* SPDX-License-Identifier: MIT */
#include "scheduler/pause.h"

#include "base/error.h"
#include "scheduler/modify.h"
#include "scheduler/news.h"
#include "scheduler/tell.h"

#include <string.h>

static void
free_pause(void *pause)
{
    ez_pause *self = pause;

    g_free(self->reason);
    g_free(self);
}

GHashTable *
ez_pauses_new(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, free_pause);
}

const ez_pause *
ez_pause_find_locked(execz_scheduler *self, ez_entry *entry)
{
    return entry->paused ? g_hash_table_lookup(self->pauses, entry) : NULL;
}

void
ez_pause_drop_locked(execz_scheduler *self, ez_entry *entry)
{
    if (entry->paused) {
        entry->paused = false;
        ez_heap_remove(&self->resumptions, &entry->node);
        g_hash_table_remove(self->pauses, entry);
    } else {
        ez_heap_remove(&self->due, &entry->node);
    }
}

execz_time
ez_pause_next_locked(execz_scheduler *self)
{
    execz_time next = EXECZ_TIME_NEVER;

    (void)ez_heap_first(&self->resumptions, &next);
    return next;
}

/* ---- tasks ----------------------------------------------------------------------------------- */

void
ez_pause_restore_locked(execz_scheduler *self, ez_entry *entry, const char *reason,
                        execz_time until)
{
    ez_pause *pause = g_new0(ez_pause, 1);

    pause->reason = g_strdup(reason);
    pause->until = until;
    ez_pause_drop_locked(self, entry);
    entry->paused = true;
    g_hash_table_insert(self->pauses, entry, pause);
    if (until != EXECZ_TIME_NEVER) {
        ez_heap_set(&self->resumptions, &entry->node, until);
    }
}

static void
pause_locked(execz_scheduler *self, ez_entry *entry, const char *reason, execz_time until)
{
    ez_pause_restore_locked(self, entry, reason, until);
    ez_scheduler_change_locked(self, EXECZ_STORE_PUT_TASK, entry);
}

/* The schedule goes on with the first fire time at or after `from`, but never with one before that it
 * would have come to: the clock may have been set back. */
static void
resume_locked(execz_scheduler *self, ez_entry *entry, execz_time from)
{
    if (entry->fire != EXECZ_TIME_NEVER) {
        from = MAX(from, entry->fire);
    }
    ez_pause_drop_locked(self, entry);
    if (entry->trigger != NULL) {
        ez_entry_resume_locked(entry, from);
        if (self->state != EXECZ_STATE_STOPPED) {
            ez_scheduler_plan_locked(self, entry);
        }
    }
    ez_scheduler_change_locked(self, EXECZ_STORE_PUT_TASK, entry);
    if (entry->trigger != NULL && !ez_entry_has_future(entry)) {
        g_queue_push_tail(&self->resumed, ez_entry_ref(entry));
    }
}

static execz_status
check_pause(execz_scheduler *self, const char *id, const char *reason, execz_time until,
            execz_error *err)
{
    if (reason != NULL && strlen(reason) > EXECZ_PAUSE_REASON_MAX) {
        return ez_fail(err, EXECZ_E_LIMIT,
                       "the reason for pausing task '%s' has %zu bytes; the limit is %d", id,
                       strlen(reason), EXECZ_PAUSE_REASON_MAX);
    }
    if (until <= ez_clock_now(self->clock)) {
        return ez_fail(err, EXECZ_E_INVAL,
                       "the time until which task '%s' is to be paused is past; EXECZ_TIME_NEVER "
                       "pauses it until it is resumed",
                       id);
    }
    return EXECZ_OK;
}

static void
tell_modified_locked(execz_scheduler *self, ez_entry *entry, const char *message)
{
    ez_news_tell_locked(self, EXECZ_EVENT_TASK_MODIFIED, ez_modify_newest_locked(self, entry),
                        message);
}

execz_status
execz_scheduler_pause_task(execz_scheduler *self, const char *id, const char *reason,
                           execz_time until, execz_error *err)
{
    execz_status status = check_pause(self, id, reason, until, err);
    g_autofree char *message = g_strconcat("paused", reason == NULL ? "" : ": ", reason, NULL);
    ez_entry *entry;

    if (status != EXECZ_OK) {
        return status;
    }
    pthread_mutex_lock(&self->lock);
    entry = ez_scheduler_find_entry_locked(self, id, err);
    if (entry != NULL) {
        pause_locked(self, entry, reason, until);
        tell_modified_locked(self, entry, message);
    }
    pthread_mutex_unlock(&self->lock);
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
execz_scheduler_resume_task(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = ez_scheduler_find_entry_locked(self, id, err);
    if (entry != NULL && entry->paused) {
        resume_locked(self, entry, ez_clock_now(self->clock));
        tell_modified_locked(self, entry, "resumed");
    }
    pthread_mutex_unlock(&self->lock);
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

/* A task whose pause is over; false if there is none. */
static bool
resume_next(execz_scheduler *self)
{
    execz_time until = 0;
    ez_heap_node *node;
    bool over;

    pthread_mutex_lock(&self->lock);
    node = ez_heap_first(&self->resumptions, &until);
    over = node != NULL && until <= ez_clock_now(self->clock);
    if (over) {
        resume_locked(self, ez_entry_of(node), until);
        tell_modified_locked(self, ez_entry_of(node), "resumed: its pause is over");
    }
    pthread_mutex_unlock(&self->lock);
    return over;
}

static void
retire_resumed(execz_scheduler *self)
{
    for (;;) {
        ez_entry *entry;

        pthread_mutex_lock(&self->lock);
        entry = g_queue_pop_head(&self->resumed);
        pthread_mutex_unlock(&self->lock);
        if (entry == NULL) {
            return;
        }
        ez_scheduler_retire(self, entry);
        ez_entry_unref(entry);
    }
}

void
ez_pause_step(execz_scheduler *self)
{
    while (resume_next(self)) {
    }
    retire_resumed(self);
}

/* ---- the scheduler --------------------------------------------------------------------------- */

/* From one of two states to the other; nothing if it is there already. */
static execz_status
change_state(execz_scheduler *self, uint32_t from, uint32_t to, uint64_t code, execz_error *err)
{
    uint32_t state;

    pthread_mutex_lock(&self->lock);
    state = self->state;
    if (state == from) {
        self->state = to;
        atomic_store(&self->recheck, true); /* it may be needed when it resumes */
    }
    pthread_mutex_unlock(&self->lock);
    if (state == EXECZ_STATE_STOPPED || state == EXECZ_STATE_SHUTTING_DOWN) {
        return ez_fail(err, EXECZ_E_STATE,
                       state == EXECZ_STATE_STOPPED ? "the scheduler does not run"
                                                    : "the scheduler is shutting down");
    }
    if (state == from) {
        ez_tell(self, code, NULL, NULL);
        ez_mailbox_ring(&self->mailbox);
    }
    return EXECZ_OK;
}

execz_status
execz_scheduler_pause(execz_scheduler *self, execz_error *err)
{
    return change_state(self, EXECZ_STATE_RUNNING, EXECZ_STATE_PAUSED, EXECZ_EVENT_SCHEDULER_PAUSED,
                        err);
}

execz_status
execz_scheduler_resume(execz_scheduler *self, execz_error *err)
{
    return change_state(self, EXECZ_STATE_PAUSED, EXECZ_STATE_RUNNING,
                        EXECZ_EVENT_SCHEDULER_RESUMED, err);
}
