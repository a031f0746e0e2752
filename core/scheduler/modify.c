/* SPDX-License-Identifier: MIT */
#include "scheduler/modify.h"

#include "base/error.h"
#include "scheduler/held.h"
#include "scheduler/news.h"
#include "scheduler/overlap.h"
#include "task/spec.h"

#include <string.h>

void
ez_draft_clear(ez_draft *self)
{
    ez_task_unref(self->task);
    ez_trigger_unref(self->trigger);
}

execz_status
ez_draft_make(execz_scheduler *self, const execz_task_spec *spec, ez_draft *draft_out,
              execz_error *err)
{
    g_auto(ez_draft) draft = {.at = ez_clock_now(self->clock)};
    execz_error reason;

    ez_error_init(&reason);
    if (spec == NULL) {
        return ez_fail(err, EXECZ_E_INVAL, "there is no task: its spec is NULL");
    }
    draft.task = ez_task_new(spec, &self->defaults, &self->tables, &reason);
    if (draft.task != NULL) {
        draft.trigger = ez_task_make_trigger(draft.task, draft.at, &reason);
    }
    if (draft.trigger == NULL) {
        return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
    }
    draft_out->at = draft.at;
    draft_out->task = g_steal_pointer(&draft.task);
    draft_out->trigger = g_steal_pointer(&draft.trigger);
    return EXECZ_OK;
}

GHashTable *
ez_modify_table_new(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)ez_task_unref);
}

ez_task *
ez_modify_newest_locked(execz_scheduler *self, ez_entry *entry)
{
    ez_task *task = g_hash_table_lookup(self->modified, entry);

    return task != NULL ? task : entry->task;
}

static bool
has_same_schedule(const ez_task *a, const ez_task *b)
{
    return a->schedule == b->schedule;
}

void
ez_modify_locked(execz_scheduler *self, ez_entry *entry, ez_draft *draft)
{
    ez_task *task = draft->task;

    if (entry->trigger != NULL && !has_same_schedule(task, ez_modify_newest_locked(self, entry))) {
        ez_entry_restart_locked(entry, g_steal_pointer(&draft->trigger), draft->at);
        if (self->state != EXECZ_STATE_STOPPED) {
            ez_scheduler_plan_locked(self, entry);
        }
    }
    g_hash_table_insert(self->modified, entry, ez_task_ref(task));
}

static void
exchange_locked(execz_scheduler *self, ez_entry *entry, ez_task *task)
{
    ez_held_replan_locked(self, entry, task->plan);
    ez_task_unref(entry->task);
    entry->task = ez_task_ref(task);
    ez_overlap_note_room(self, entry); /* it may have more runs now */
    ez_scheduler_change_locked(self, EXECZ_STORE_PUT_TASK, entry);
}

void
ez_modify_apply_locked(execz_scheduler *self)
{
    GHashTableIter iter;
    void *entry, *task;

    if (g_hash_table_size(self->modified) == 0) {
        return;
    }
    g_hash_table_iter_init(&iter, self->modified);
    while (g_hash_table_iter_next(&iter, &entry, &task)) {
        exchange_locked(self, entry, task);
    }
    g_hash_table_remove_all(self->modified);
}

/* ---- changing what there is ------------------------------------------------------------------ */

static ez_task *
find_task(execz_scheduler *self, const char *id, execz_error *err)
{
    ez_task *task = NULL;
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = ez_scheduler_find_entry_locked(self, id, err);
    if (entry != NULL) {
        task = ez_task_ref(ez_modify_newest_locked(self, entry));
    }
    pthread_mutex_unlock(&self->lock);
    return task;
}

/* False if there is another task meanwhile than old. */
static bool
exchange_if_still(execz_scheduler *self, const ez_task *old, ez_draft *draft)
{
    ez_entry *entry;
    bool still;

    pthread_mutex_lock(&self->lock);
    entry = ez_index_find(&self->tasks, old->id);
    still = entry != NULL && ez_modify_newest_locked(self, entry) == old;
    if (still) {
        ez_modify_locked(self, entry, draft);
        ez_news_tell_locked(self, EXECZ_EVENT_TASK_MODIFIED, draft->task, NULL);
    }
    pthread_mutex_unlock(&self->lock);
    return still;
}

/* One attempt; *again_out: somebody else was faster. */
static execz_status
try_to_change(execz_scheduler *self, const char *id, ez_modify_function change, void *user,
              bool *again_out, execz_error *err)
{
    g_autoptr(ez_task) old = find_task(self, id, err);
    g_auto(ez_draft) draft = {0};
    execz_task_spec spec;
    execz_status status;

    if (old == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    ez_task_get_spec(old, &spec);
    status = change(user, &spec, err);
    if (status == EXECZ_OK && strcmp(spec.id, id) != 0) {
        status = ez_fail(err, EXECZ_E_INVAL, "the id of task '%s' cannot be changed", id);
    }
    if (status == EXECZ_OK) {
        status = ez_draft_make(self, &spec, &draft, err);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    *again_out = !exchange_if_still(self, old, &draft);
    ez_mailbox_ring(&self->mailbox);
    return EXECZ_OK;
}

execz_status
ez_modify_task(execz_scheduler *self, const char *id, ez_modify_function change, void *user,
               execz_error *err)
{
    execz_status status;
    bool again;

    do {
        again = false;
        status = try_to_change(self, id, change, user, &again, err);
    } while (again);
    return status;
}

typedef struct schedule {
    const char *trigger;
    const char *timezone;
} schedule;

static execz_status
set_schedule(void *user, execz_task_spec *spec, execz_error *err)
{
    const schedule *wanted = user;

    (void)err;
    spec->trigger = wanted->trigger;
    spec->timezone = wanted->timezone;
    return EXECZ_OK;
}

execz_status
execz_scheduler_reschedule_task(execz_scheduler *self, const char *id, const char *trigger,
                                const char *zone, execz_error *err)
{
    schedule wanted = {trigger, zone};

    return ez_modify_task(self, id, set_schedule, &wanted, err);
}
