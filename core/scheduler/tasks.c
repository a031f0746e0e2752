/* SPDX-License-Identifier: MIT */
/* Tasks come and go. */
#include "base/error.h"
#include "scheduler/modify.h"
#include "scheduler/news.h"
#include "scheduler/query.h"

/* Puts the entry into the table, which takes the reference; gives the one that has its id already, if there
 * is one, and takes nothing. */
static ez_entry *
insert_locked(execz_scheduler *self, ez_entry *entry, ez_draft *draft)
{
    ez_entry *other = ez_index_add(&self->tasks, entry);

    if (other != NULL) {
        return other;
    }
    if (self->state != EXECZ_STATE_STOPPED) {
        ez_entry_restart_locked(entry, g_steal_pointer(&draft->trigger), draft->at);
        ez_scheduler_plan_locked(self, entry);
    }
    ez_scheduler_change_locked(self, EXECZ_STORE_PUT_TASK, entry);
    ez_news_tell_locked(self, EXECZ_EVENT_TASK_ADDED, entry->task, NULL);
    return NULL;
}

execz_status
execz_scheduler_add_task(execz_scheduler *self, const execz_task_spec *spec, execz_error *err)
{
    g_auto(ez_draft) draft = {0};
    execz_status status = ez_draft_make(self, spec, &draft, err);
    ez_entry *entry, *other;

    if (status != EXECZ_OK) {
        return status;
    }
    entry = ez_entry_new(g_steal_pointer(&draft.task));
    pthread_mutex_lock(&self->lock);
    other = insert_locked(self, entry, &draft);
    pthread_mutex_unlock(&self->lock);
    if (other != NULL) {
        ez_fail(err, EXECZ_E_EXISTS, "there is a task '%s' already", entry->task->id);
        ez_entry_unref(entry);
        return EXECZ_E_EXISTS;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
execz_scheduler_put_task(execz_scheduler *self, const execz_task_spec *spec, execz_error *err)
{
    g_auto(ez_draft) draft = {0};
    execz_status status = ez_draft_make(self, spec, &draft, err);
    ez_entry *entry, *other;

    if (status != EXECZ_OK) {
        return status;
    }
    entry = ez_entry_new(ez_task_ref(draft.task));
    pthread_mutex_lock(&self->lock);
    other = insert_locked(self, entry, &draft);
    if (other != NULL) {
        ez_modify_locked(self, other, &draft);
        ez_news_tell_locked(self, EXECZ_EVENT_TASK_MODIFIED, draft.task, NULL);
    }
    pthread_mutex_unlock(&self->lock);
    if (other != NULL) {
        ez_entry_unref(entry);
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
execz_scheduler_remove_task(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = ez_scheduler_find_entry_locked(self, id, err);
    if (entry != NULL) {
        ez_news_remove_locked(self, entry, false);
        ez_scheduler_drop_locked(self, ez_entry_ref(entry));
    }
    pthread_mutex_unlock(&self->lock);
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_entry_unref(entry); /* mostly the last: it is freed without the lock */
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

typedef struct removal {
    const execz_task_filter *filter;
    uint64_t n;
} removal;

static void
remove_if_it_matches(execz_scheduler *self, ez_entry *entry, void *user)
{
    removal *wanted = user;

    if (ez_query_matches_locked(self, wanted->filter, entry)) {
        ez_news_remove_locked(self, entry, false);
        ez_scheduler_drop_locked(self, entry);
        wanted->n++;
    }
}

static uint64_t
remove_all(execz_scheduler *self)
{
    ez_dropped dropped;
    size_t n;

    pthread_mutex_lock(&self->lock);
    n = ez_scheduler_drop_all_locked(self, &dropped);
    ez_news_tell_locked(self, EXECZ_EVENT_ALL_TASKS_REMOVED, NULL, NULL);
    pthread_mutex_unlock(&self->lock);
    ez_scheduler_free_dropped(&dropped);
    return n;
}

execz_status
execz_scheduler_remove_all_tasks(execz_scheduler *self, const execz_task_filter *filter,
                                 uint64_t *n_out, execz_error *err)
{
    execz_task_filter read;
    removal wanted = {&read, 0};
    execz_status status = ez_query_read_filter(filter, &read, err);

    if (status != EXECZ_OK) {
        return status;
    }
    if (filter == NULL) {
        wanted.n = remove_all(self);
    } else {
        ez_scheduler_walk(self, remove_if_it_matches, &wanted);
    }
    if (n_out != NULL) {
        *n_out = wanted.n;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

/* A run is known by its task and its run time, so that no two asked for by hand have the same; after a
 * step of the clock back it is now all the same. */
static execz_time
next_manual_time_locked(execz_scheduler *self)
{
    execz_time now = ez_clock_now(self->clock);

    if (now <= self->last_manual && self->last_manual - now < EXECZ_SECOND) {
        now = self->last_manual + 1;
    }
    self->last_manual = now;
    return now;
}

execz_status
execz_scheduler_run_task(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry = NULL;
    bool running, stopped, full;

    pthread_mutex_lock(&self->lock);
    full = self->manual.length >= EXECZ_RUN_REQUESTS_MAX;
    running = self->state == EXECZ_STATE_RUNNING || self->state == EXECZ_STATE_PAUSED;
    stopped = self->state == EXECZ_STATE_STOPPED;
    if (running) {
        entry = ez_scheduler_find_entry_locked(self, id, err);
    }
    if (entry != NULL && !full) {
        ez_manual *manual = g_new0(ez_manual, 1);

        manual->entry = ez_entry_ref(entry);
        manual->time = next_manual_time_locked(self);
        g_queue_push_tail(&self->manual, manual);
    }
    pthread_mutex_unlock(&self->lock);
    if (!running) {
        return ez_fail(err, EXECZ_E_STATE,
                       stopped ? "the scheduler does not run" : "the scheduler is shutting down");
    }
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    if (full) {
        return ez_fail(
            err, EXECZ_E_LIMIT,
            "task '%s' is not run: %d runs were asked for that the loop has not come to yet; "
            "ask again later",
            id, EXECZ_RUN_REQUESTS_MAX);
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}
