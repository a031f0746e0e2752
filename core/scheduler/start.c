/* SPDX-License-Identifier: MIT */
#include "scheduler/start.h"

#include "base/error.h"
#include "scheduler/background.h"
#include "scheduler/modify.h"
#include "scheduler/removal.h"
#include "scheduler/state.h"
#include "scheduler/tell.h"
#include "scheduler/upgrade.h"

static void
start_executor(execz_scheduler *self, ez_executor_place *place)
{
    const char *alias = ez_executor_alias(place->executor);
    execz_error err = EXECZ_ERROR_INIT;

    if (ez_executor_start(place->executor, &err) == EXECZ_OK) {
        ez_log_write(&self->log, EXECZ_LOG_INFO, "executor %s executor=%s",
                     ez_executor_is_ready(place->executor) ? "started" : "is being started", alias);
        atomic_store(&self->recheck, true);
        return;
    }
    ez_log_write(&self->log, EXECZ_LOG_ERROR, "executor '%s' cannot be used: %s%s%s%s", alias,
                 err.message, err.code[0] == '\0' ? "" : " [", err.code,
                 err.code[0] == '\0' ? "" : "]");
}

void
ez_start_new_executors(execz_scheduler *self)
{
    for (;;) {
        ez_executor_place *place;

        pthread_mutex_lock(&self->lock);
        place = g_queue_pop_head(&self->new_executors);
        pthread_mutex_unlock(&self->lock);
        if (place == NULL) {
            return;
        }
        start_executor(self, place);
    }
}

/* For tasks that name no executor. */
static void
add_default_executor(execz_scheduler *self)
{
    static const char type[] = "asyncio";
    execz_error why = EXECZ_ERROR_INIT;

    g_clear_pointer(&self->no_default, g_free);
    if (!self->brings_default || ez_scheduler_find_place(self, EZ_DEFAULT_EXECUTOR) != NULL) {
        return;
    }
    if (execz_scheduler_add_executor(self, EZ_DEFAULT_EXECUTOR, type, NULL, 0, &why) == EXECZ_OK) {
        ez_log_write(&self->log, EXECZ_LOG_INFO,
                     "executor added executor=%s type=%s: there was none", EZ_DEFAULT_EXECUTOR,
                     type);
    } else if (why.status != EXECZ_E_EXISTS) { /* else somebody was faster */
        self->no_default = g_strdup(why.message);
    }
}

static void
start_all_executors(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = NULL;

    ez_removal_step(self);
    places = ez_scheduler_list_places(self);
    pthread_mutex_lock(&self->lock);
    for (guint i = 0; i < places->len;
         i++) { /* what is added from here on is the loop's to start */
        g_queue_remove(&self->new_executors, places->pdata[i]);
    }
    pthread_mutex_unlock(&self->lock);
    for (guint i = 0; i < places->len; i++) {
        start_executor(self, places->pdata[i]);
    }
}

/* Says why their schedules could not begin, which was known to work when they were added. */
static void
tell_dropped(execz_scheduler *self, const GPtrArray *entries, execz_time now)
{
    for (guint i = 0; i < entries->len; i++) {
        const ez_entry *entry = entries->pdata[i];
        execz_error err = EXECZ_ERROR_INIT;

        ez_trigger_unref(ez_task_make_trigger(entry->task, now, &err));
        ez_log_write(&self->log, EXECZ_LOG_ERROR, "task removed task=%s: %s", entry->task->id,
                     err.message);
        ez_tell_task(self, EXECZ_EVENT_TASK_REMOVED, entry->task, err.message);
    }
}

static void
begin_schedules(execz_scheduler *self)
{
    execz_time now = ez_clock_now(self->clock);
    g_autoptr(GPtrArray) dropped = ez_entries_new();
    ez_entry *entry;
    size_t at = 0;

    pthread_mutex_lock(&self->lock);
    ez_modify_apply_locked(self);
    while ((entry = ez_index_next(&self->tasks, &at)) != NULL) {
        if (ez_entry_begin_locked(entry, now, NULL) != EXECZ_OK) {
            g_ptr_array_add(dropped, ez_entry_ref(entry));
            continue;
        }
        ez_scheduler_plan_locked(self, entry);
        ez_scheduler_change_locked(self, EXECZ_STORE_NEXT_RUN, entry);
    }
    ez_restore_put_all_locked(self);
    for (guint i = 0; i < dropped->len; i++) {
        ez_scheduler_drop_locked(self, dropped->pdata[i]);
    }
    pthread_mutex_unlock(&self->lock);
    tell_dropped(self, dropped, now);
}

/* Starts it in this state, or counts one start more. */
static execz_status
start(execz_scheduler *self, uint32_t state, execz_error *err)
{
    uint32_t before;

    if (ez_scheduler_state(self) == EXECZ_STATE_STOPPED) {
        execz_status status;

        if (ez_background_is_elsewhere(self)) {
            ez_background_join(self); /* of the last time: it is on its way out */
        }
        status = ez_restore(self, err);
        if (status != EXECZ_OK) {
            return status;
        }
    }
    pthread_mutex_lock(&self->lock);
    before = self->state;
    self->n_starts += before != EXECZ_STATE_SHUTTING_DOWN;
    if (before == EXECZ_STATE_STOPPED) {
        self->state = state;
        self->loop_thread = NULL;
        self->shutdown_flags = 0;
        self->n_cancels = 0;
        self->shutdown_deadline = EXECZ_NO_DEADLINE;
    }
    pthread_mutex_unlock(&self->lock);
    if (before == EXECZ_STATE_SHUTTING_DOWN) {
        return ez_fail(err, EXECZ_E_STATE,
                       "the scheduler is shutting down; start it once it has stopped");
    }
    if (before != EXECZ_STATE_STOPPED) {
        return EXECZ_OK;
    }
    begin_schedules(self);
    add_default_executor(self);
    start_all_executors(self);
    ez_upgrade_begin(self);
    ez_tell(self, EXECZ_EVENT_SCHEDULER_STARTED, NULL, NULL);
    if (state == EXECZ_STATE_PAUSED) {
        ez_tell(self, EXECZ_EVENT_SCHEDULER_PAUSED, NULL, NULL);
    }
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
execz_scheduler_start(execz_scheduler *self, execz_error *err)
{
    return start(self, EXECZ_STATE_RUNNING, err);
}

execz_status
execz_scheduler_start_paused(execz_scheduler *self, execz_error *err)
{
    return start(self, EXECZ_STATE_PAUSED, err);
}
