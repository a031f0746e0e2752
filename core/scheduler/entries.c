/* SPDX-License-Identifier: MIT */
/* The tasks in the scheduler's table, for the other files of this layer. */
#include "base/error.h"
#include "scheduler/modify.h"
#include "scheduler/news.h"
#include "scheduler/pause.h"

#include <string.h>
#include <time.h>

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

/* ---- walks ----------------------------------------------------------------------------------- */

enum { WALK_STRIDE = 512 }; /* tasks, between which the lock is given back */

/* The entries there are, with the lock taken: in memory that was touched before, so that only the copying
 * needs the lock.  What is dropped meanwhile is kept. */
static GPtrArray *
begin_walk_locked(execz_scheduler *self)
{
    GPtrArray *entries = g_ptr_array_new();
    ez_entry *entry;
    size_t at = 0;

    while (entries->len < self->tasks.length) {
        guint room = (guint)(self->tasks.length + self->tasks.length / 8);

        pthread_mutex_unlock(&self->lock);
        g_ptr_array_set_size(entries, (gint)room); /* fills it with zeroes */
        pthread_mutex_lock(&self->lock);
    }
    g_ptr_array_set_size(entries, 0);
    while ((entry = ez_index_next(&self->tasks, &at)) != NULL) {
        g_ptr_array_add(entries, entry);
    }
    self->n_walks++;
    return entries;
}

/* Who waits for a lock that is taken again at once does not get it: so it is left for a while. */
static void
pause_walk_locked(execz_scheduler *self)
{
    const struct timespec while_another_takes_it = {0, 10 * EXECZ_MICROSECOND};

    pthread_mutex_unlock(&self->lock);
    (void)nanosleep(&while_another_takes_it, NULL);
    pthread_mutex_lock(&self->lock);
}

static GPtrArray *
end_walk_locked(execz_scheduler *self)
{
    GPtrArray *dropped = NULL;

    if (--self->n_walks == 0 && self->dropped->len > 0) {
        dropped = self->dropped;
        self->dropped = ez_entries_new();
    }
    return dropped;
}

void
ez_scheduler_walk(execz_scheduler *self,
                  void (*each)(execz_scheduler *self, ez_entry *entry, void *user), void *user)
{
    bool is_loop = ez_scheduler_is_loop(self); /* then nobody waits */
    GPtrArray *entries, *dropped;

    pthread_mutex_lock(&self->lock);
    entries = begin_walk_locked(self);
    for (guint i = 0; i < entries->len; i++) {
        ez_entry *entry = entries->pdata[i];

        if (i > 0 && i % WALK_STRIDE == 0 && !is_loop) {
            pause_walk_locked(self);
        }
        if (!entry->removed) {
            each(self, entry, user);
        }
    }
    dropped = end_walk_locked(self);
    pthread_mutex_unlock(&self->lock);
    g_ptr_array_unref(entries);
    if (dropped != NULL) {
        g_ptr_array_unref(dropped);
    }
}

/* ---- dropping -------------------------------------------------------------------------------- */

/* Gives the table's reference back, unless a walk is still to come to the entry. */
static void
let_go_locked(execz_scheduler *self, ez_entry *entry)
{
    if (self->n_walks > 0) {
        g_ptr_array_add(self->dropped, entry);
    } else {
        ez_entry_unref(entry);
    }
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
    let_go_locked(self, entry);
}

/* Most tasks are idle, and are only marked: what they had in the tables goes with those.  Returns the
 * others, which are still in all tables. */
static GPtrArray *
mark_idle_locked(execz_scheduler *self)
{
    GPtrArray *others = g_ptr_array_new();
    ez_entry *entry;
    size_t at = 0;

    while ((entry = ez_index_next(&self->tasks, &at)) != NULL) {
        if (!ez_entry_is_idle_locked(entry)) {
            g_ptr_array_add(others, entry);
            continue;
        }
        ez_scheduler_change_locked(self, EXECZ_STORE_REMOVE_TASK, entry);
        entry->removed = true;
        if (self->n_walks > 0) {
            g_ptr_array_add(self->dropped, ez_entry_ref(entry));
        }
    }
    return others;
}

size_t
ez_scheduler_drop_all_locked(execz_scheduler *self, ez_dropped *dropped_out)
{
    size_t n = self->tasks.length;
    g_autoptr(GPtrArray) others = mark_idle_locked(self);

    for (guint i = 0; i < others->len; i++) {
        ez_news_remove_locked(self, others->pdata[i], true);
        ez_scheduler_drop_locked(self, others->pdata[i]);
    }
    *dropped_out =
        (ez_dropped){self->tasks, self->due, self->resumptions, self->pauses, self->modified};
    ez_index_init(&self->tasks, ez_entry_name);
    ez_heap_init(&self->due);
    ez_heap_init(&self->resumptions);
    self->pauses = ez_pauses_new();
    self->modified = ez_modify_table_new();
    return n;
}

void
ez_scheduler_free_dropped(ez_dropped *dropped)
{
    ez_entry *entry;
    size_t at = 0;

    g_hash_table_unref(dropped->modified);
    g_hash_table_unref(dropped->pauses);
    while ((entry = ez_index_next(&dropped->tasks, &at)) != NULL) {
        ez_entry_unref(entry);
    }
    ez_index_deinit(&dropped->tasks);
    ez_heap_deinit(&dropped->due);
    ez_heap_deinit(&dropped->resumptions);
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
