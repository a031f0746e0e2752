/* SPDX-License-Identifier: MIT */
/* First everything is read, then what is to be changed in the store is committed, and only then the
 * tables of the scheduler are filled: a start that fails leaves nothing half done.
 *
 * A task of the program's or of its configuration wins over the one that is kept under its id; with the
 * same trigger and time zone its schedule goes on where that was.  What is kept and was said by a
 * configuration that says it no more is removed. */
#include "scheduler/state.h"

#include "base/error.h"
#include "scheduler/journal.h"
#include "scheduler/pause.h"
#include "scheduler/unfinished.h"
#include "store/record.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

typedef struct kept_task {
    ez_task *task; /* a reference; NULL: it goes */
    ez_task_state state;
    execz_time next_run;
    char *record; /* owned */
} kept_task;

typedef struct restoring {
    execz_scheduler *scheduler;
    GPtrArray *tasks;  /* kept_task, owned */
    GPtrArray *runs;   /* ez_unfinished, owned */
    GHashTable *by_id; /* kept_task, borrowed */
    bool configured;   /* this scheduler has a configuration */
} restoring;

static void
free_task(void *data)
{
    kept_task *self = data;

    ez_task_unref(self->task);
    ez_task_state_clear(&self->state);
    g_free(self->record);
    g_free(self);
}

/* ---- reading --------------------------------------------------------------------------------- */

ez_task *
ez_restore_parse(const execz_store_task *found, const ez_task_tables *tables,
                 ez_task_state *state_out, execz_error *err)
{
    ez_task *task =
        ez_record_parse_task(found->record, found->record_length, tables, state_out, err);

    if (task != NULL && strcmp(task->id, found->task) != 0) {
        ez_fail(err, EXECZ_E_INVAL, "it is the record of task '%s'", task->id);
    } else if (task != NULL && found->next_run < 0) {
        ez_fail(err, EXECZ_E_INVAL, "its next run time, %" PRId64 " ns, is out of range",
                found->next_run);
    } else {
        return task;
    }
    ez_task_unref(task);
    return NULL;
}

static int32_t
read_task(void *user, const execz_store_task *found)
{
    restoring *self = user;
    execz_scheduler *scheduler = self->scheduler;
    execz_error err = EXECZ_ERROR_INIT;
    kept_task *kept = g_new0(kept_task, 1);

    kept->task = ez_restore_parse(found, &scheduler->tables, &kept->state, &err);
    if (kept->task == NULL) {
        ez_log_write(&scheduler->log, EXECZ_LOG_ERROR,
                     "the record of task '%s' cannot be read, and is in quarantine: %s",
                     found->task, err.message);
        ez_batch_task(&scheduler->journal, EXECZ_STORE_QUARANTINE, found->task, found->next_run,
                      err.message);
        scheduler->n_quarantined++;
        free_task(kept);
        return 0;
    }
    kept->next_run = found->next_run;
    kept->record = g_strndup(found->record, found->record_length);
    g_ptr_array_add(self->tasks, kept);
    g_hash_table_insert(self->by_id, kept->task->id, kept);
    return 0;
}

static int32_t
read_run(void *user, const execz_store_occurrence *found)
{
    restoring *self = user;

    if (found->run_time < 0 || found->run_time == EXECZ_TIME_NEVER) {
        ez_log_write(&self->scheduler->log, EXECZ_LOG_ERROR,
                     "a run of task '%s' is left alone: its run time, %" PRId64
                     " ns, is out of range",
                     found->task, found->run_time);
        return 0;
    }
    g_ptr_array_add(self->runs, ez_unfinished_new(found));
    return 0;
}

/* ---- deciding -------------------------------------------------------------------------------- */

static ez_entry *
find_entry(execz_scheduler *self, const char *id)
{
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = ez_index_find(&self->tasks, id);
    pthread_mutex_unlock(&self->lock);
    return entry;
}

/* The task that is to be under this id; NULL: none. */
static const ez_task *
find_task(const restoring *self, const char *id)
{
    const ez_entry *entry = find_entry(self->scheduler, id);
    const kept_task *kept = g_hash_table_lookup(self->by_id, id);

    return entry != NULL ? entry->task : kept != NULL ? kept->task : NULL;
}

/* What a configuration has said and says no more. */
static void
decide_task(restoring *self, kept_task *kept)
{
    execz_scheduler *scheduler = self->scheduler;

    if (!self->configured || kept->task->plan->origin != EXECZ_ORIGIN_CONFIG ||
        find_entry(scheduler, kept->task->id) != NULL) {
        return;
    }
    ez_log_write(&scheduler->log, EXECZ_LOG_INFO,
                 "task removed task=%s: the configuration does not have it any more",
                 kept->task->id);
    ez_batch_task(&scheduler->journal, EXECZ_STORE_REMOVE_TASK, kept->task->id, EXECZ_TIME_NEVER,
                  NULL);
    g_hash_table_remove(self->by_id, kept->task->id);
    g_clear_pointer(&kept->task, ez_task_unref);
}

static void
decide(restoring *self)
{
    const ez_entry *entry;
    size_t at = 0;

    pthread_mutex_lock(&self->scheduler->lock);
    while (!self->configured && (entry = ez_index_next(&self->scheduler->tasks, &at)) != NULL) {
        self->configured = entry->task->plan->origin == EXECZ_ORIGIN_CONFIG;
    }
    pthread_mutex_unlock(&self->scheduler->lock);
    for (guint i = 0; i < self->tasks->len; i++) {
        decide_task(self, self->tasks->pdata[i]);
    }
    for (guint i = 0; i < self->runs->len; i++) {
        ez_unfinished *run = self->runs->pdata[i];

        ez_unfinished_decide(self->scheduler, run, find_task(self, run->record.task));
    }
}

/* ---- taking over ----------------------------------------------------------------------------- */

/* The entry goes on with the schedule that was kept. */
static void
go_on_locked(execz_scheduler *self, ez_entry *entry, ez_task_state *state, execz_time next_run)
{
    entry->trigger = state->phase != NULL
                         ? g_steal_pointer(&state->phase)
                         : ez_task_make_trigger(entry->task, ez_clock_now(self->clock), NULL);
    if (entry->trigger != NULL && next_run != EXECZ_TIME_NEVER) {
        ez_entry_resume_locked(entry, next_run);
    }
    if (state->paused && !entry->paused) {
        ez_pause_restore_locked(self, entry, state->pause_reason, state->paused_until);
    } else if (next_run == EXECZ_TIME_NEVER && !entry->paused) {
        g_queue_push_tail(&self->resumed, ez_entry_ref(entry)); /* the loop lets go of it */
    }
}

bool
ez_restore_add_locked(execz_scheduler *self, ez_task *task, ez_task_state *state,
                      execz_time next_run)
{
    ez_entry *entry = ez_entry_new(ez_task_ref(task));

    if (ez_index_add(&self->tasks, entry) != NULL) {
        ez_entry_unref(entry);
        return false;
    }
    go_on_locked(self, entry, state, next_run);
    return true;
}

static void
take_task_locked(execz_scheduler *self, kept_task *kept)
{
    ez_entry *entry = kept->task == NULL ? NULL : ez_index_find(&self->tasks, kept->task->id);
    g_autofree char *record = NULL;

    if (kept->task == NULL) {
        return;
    }
    if (entry == NULL) {
        (void)ez_restore_add_locked(self, kept->task, &kept->state, kept->next_run);
        g_hash_table_add(self->known, ez_index_find(&self->tasks, kept->task->id));
        return;
    }
    record = ez_record_format_task(entry->task, &kept->state);
    if (g_strcmp0(record, kept->record) == 0) {
        g_hash_table_add(self->known, entry);
    }
    if (entry->trigger == NULL && entry->task->schedule == kept->task->schedule) {
        go_on_locked(self, entry, &kept->state, kept->next_run);
    }
}

static void
take_all(restoring *self)
{
    execz_scheduler *scheduler = self->scheduler;
    guint n[EZ_FATES] = {0};

    pthread_mutex_lock(&scheduler->lock);
    scheduler->known = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < self->tasks->len; i++) {
        take_task_locked(scheduler, self->tasks->pdata[i]);
    }
    scheduler->durable = true;
    pthread_mutex_unlock(&scheduler->lock);
    for (guint i = 0; i < self->runs->len; i++) {
        const ez_unfinished *run = self->runs->pdata[i];

        n[run->fate]++;
        ez_unfinished_take(scheduler, run);
    }
    ez_log_write(&scheduler->log, EXECZ_LOG_INFO,
                 "state read store=%s directory=%s tasks=%u unfinished=%u lost=%u again=%u "
                 "waiting=%u cancelled=%u",
                 ez_store_type(scheduler->store), ez_store_directory(scheduler->store),
                 self->tasks->len, self->runs->len, n[EZ_FATE_LOST], n[EZ_FATE_AGAIN],
                 n[EZ_FATE_STARTED], n[EZ_FATE_CANCELLED]);
}

/* ---- all ------------------------------------------------------------------------------------- */

static execz_status
read_and_take(restoring *self, execz_error *err)
{
    execz_scheduler *scheduler = self->scheduler;
    execz_status status = ez_store_load(scheduler->store, read_task, read_run, self, err);

    if (status == EXECZ_OK) {
        decide(self);
        status = ez_batch_length(&scheduler->journal) == 0
                     ? EXECZ_OK
                     : ez_store_commit(scheduler->store, &scheduler->journal, err);
    }
    ez_batch_clear(&scheduler->journal);
    if (status == EXECZ_OK) {
        take_all(self);
    }
    return status;
}

execz_status
ez_restore(execz_scheduler *self, execz_error *err)
{
    restoring all = {.scheduler = self};
    execz_status status;

    if (self->store == NULL || self->durable) {
        return EXECZ_OK;
    }
    status = ez_store_open(self->store, err);
    if (status != EXECZ_OK) {
        return status;
    }
    all.tasks = g_ptr_array_new_with_free_func(free_task);
    all.runs = g_ptr_array_new_with_free_func(ez_unfinished_free);
    all.by_id = g_hash_table_new(g_str_hash, g_str_equal);
    status = read_and_take(&all, err);
    g_hash_table_unref(all.by_id);
    g_ptr_array_unref(all.tasks);
    g_ptr_array_unref(all.runs);
    if (status != EXECZ_OK) {
        ez_store_close(self->store);
    }
    return status;
}

void
ez_restore_put_all_locked(execz_scheduler *self)
{
    ez_entry *entry;
    size_t at = 0;

    if (self->known == NULL) {
        return;
    }
    while ((entry = ez_index_next(&self->tasks, &at)) != NULL) {
        if (!g_hash_table_contains(self->known, entry)) {
            ez_scheduler_change_locked(self, EXECZ_STORE_PUT_TASK, entry);
        }
    }
    g_clear_pointer(&self->known, g_hash_table_unref);
}
