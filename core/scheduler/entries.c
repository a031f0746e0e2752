/* SPDX-License-Identifier: MIT */
/* The tasks in the scheduler's table, for the other files of this layer. */
#include "base/error.h"
#include "scheduler/news.h"
#include "scheduler/pause.h"

ez_entry *
ez_scheduler_find_entry_locked(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry = id == NULL ? NULL : ez_index_find(&self->tasks, id);

    if (entry == NULL) {
        ez_fail(err, EXECZ_E_NOT_FOUND, "there is no task '%s'", id == NULL ? "" : id);
    }
    return entry;
}

void
ez_scheduler_plan_locked(execz_scheduler *self, ez_entry *entry)
{
    if (entry->paused) {
        return; /* it is in the queue of resumptions, or in none */
    }
    if (entry->fire != EXECZ_TIME_NEVER && !entry->removed) {
        ez_heap_set(&self->due, &entry->node, ez_entry_due(entry));
    } else {
        ez_heap_remove(&self->due, &entry->node);
    }
}

GPtrArray *
ez_scheduler_list_entries(execz_scheduler *self,
                          bool (*wanted)(const ez_entry *entry, const void *user), const void *user)
{
    GPtrArray *entries = ez_entries_new();
    ez_entry *entry;
    size_t at = 0;

    pthread_mutex_lock(&self->lock);
    while ((entry = ez_index_next(&self->tasks, &at)) != NULL) {
        if (wanted(entry, user)) {
            g_ptr_array_add(entries, ez_entry_ref(entry));
        }
    }
    pthread_mutex_unlock(&self->lock);
    return entries;
}

void
ez_scheduler_drop_locked(execz_scheduler *self, ez_entry *entry)
{
    if (entry->removed) {
        return;
    }
    entry->removed = true;
    ez_pause_drop_locked(self, entry);
    g_hash_table_remove(self->modified, entry);
    self->n_blocked -= entry->blocked != NULL;
    g_free(atomic_exchange(&entry->blocked, NULL));
    ez_scheduler_change_locked(self, EXECZ_STORE_REMOVE_TASK, entry);
    (void)ez_index_remove(&self->tasks, entry->task->id);
    ez_entry_unref(entry); /* the table's; the caller has its own */
}

void
ez_scheduler_retire(execz_scheduler *self, ez_entry *entry)
{
    if (entry->instances > 0 || ez_entry_waits(entry) || entry->fire != EXECZ_TIME_NEVER) {
        return; /* as nearly always: without the lock */
    }
    pthread_mutex_lock(&self->lock);
    if (!entry->removed && ez_entry_go_on_after_end_locked(entry, ez_clock_now(self->clock))) {
        ez_scheduler_plan_locked(self, entry);
        ez_scheduler_change_locked(self, EXECZ_STORE_PUT_TASK, entry);
    } else if (!entry->removed && !ez_entry_has_future(entry)) {
        ez_scheduler_drop_locked(self, entry);
        ez_news_tell_locked(self, EXECZ_EVENT_TASK_REMOVED, entry->task,
                            "its trigger has no further run time");
    }
    pthread_mutex_unlock(&self->lock);
}
