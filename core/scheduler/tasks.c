/* SPDX-License-Identifier: MIT */
/* Tasks come and go. */
#include "base/error.h"
#include "scheduler/scheduler.h"
#include "scheduler/tell.h"

static execz_status
insert_entry_locked(execz_scheduler *self, ez_entry *entry, execz_error *err)
{
    const char *id = entry->task->abi.id;

    if (g_hash_table_contains(self->tasks, id)) {
        return ez_fail(err, EXECZ_E_EXISTS, "there is a task '%s' already", id);
    }
    g_hash_table_insert(self->tasks, (void *)id, entry);
    if (self->state != EXECZ_STATE_STOPPED) {
        (void)ez_entry_begin_locked(entry, ez_clock_now(self->clock), NULL);
        if (entry->fire != EXECZ_TIME_NEVER) {
            ez_heap_set(&self->due, &entry->node, ez_entry_due(entry));
        }
    }
    ez_scheduler_change_locked(self, EZ_CHANGE_PUT, entry);
    return EXECZ_OK;
}

execz_status
execz_scheduler_add_task(execz_scheduler *self, const execz_task_spec *spec, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    g_autoptr(ez_task) task = ez_task_new(spec, &self->defaults, &reason);
    ez_entry *entry;
    execz_status status;

    if (task == NULL) {
        return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
    }
    entry = ez_entry_new(task);
    pthread_mutex_lock(&self->lock);
    status = insert_entry_locked(self, entry, err);
    if (status != EXECZ_OK) {
        ez_entry_unref_locked(entry);
    }
    pthread_mutex_unlock(&self->lock);
    if (status == EXECZ_OK) {
        ez_tell_task(self, EXECZ_EVENT_TASK_ADDED, task, NULL);
        ez_mailbox_ring(&self->mailbox);
    }
    return status;
}

static ez_entry *
find_entry_locked(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry = g_hash_table_lookup(self->tasks, id);

    if (entry == NULL) {
        ez_fail(err, EXECZ_E_NOT_FOUND, "there is no task '%s'", id);
    }
    return entry;
}

execz_status
execz_scheduler_remove_task(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = find_entry_locked(self, id, err);
    if (entry != NULL) {
        g_queue_push_tail(&self->removed, ez_entry_ref_locked(entry));
        ez_scheduler_drop_locked(self, entry);
    }
    pthread_mutex_unlock(&self->lock);
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
execz_scheduler_run_task(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_entry *entry = NULL;
    bool running;

    pthread_mutex_lock(&self->lock);
    running = self->state == EXECZ_STATE_RUNNING || self->state == EXECZ_STATE_PAUSED;
    if (running) {
        entry = find_entry_locked(self, id, err);
    }
    if (entry != NULL) {
        ez_manual *manual = g_new0(ez_manual, 1);

        manual->entry = ez_entry_ref_locked(entry);
        manual->time = ez_clock_now(self->clock);
        g_queue_push_tail(&self->manual, manual);
    }
    pthread_mutex_unlock(&self->lock);
    if (!running) {
        return ez_fail(err, EXECZ_E_STATE, "the scheduler does not run");
    }
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}
