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
#include "scheduler/retry.h"
#include "store/record.h"

#include <jansson.h>

static const char lost_message[] =
    "the scheduler ended while it was under way; nobody can say how it ended";

typedef struct kept_task {
    ez_task *task; /* a reference; NULL: it goes */
    ez_task_state state;
    execz_time next_run;
    char *record; /* owned */
} kept_task;

/* A run time that was under way. */
typedef struct kept_run {
    execz_history_record record; /* texts owned */
    bool again;                  /* else it is LOST */
} kept_run;

typedef struct restoring {
    execz_scheduler *scheduler;
    GPtrArray *tasks;  /* kept_task, owned */
    GPtrArray *runs;   /* kept_run, owned */
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

static void
free_run(void *data)
{
    kept_run *self = data;

    g_free((char *)self->record.task);
    g_free((char *)self->record.executor);
    g_free(self);
}

/* ---- reading --------------------------------------------------------------------------------- */

static int32_t
read_task(void *user, const execz_store_task *found)
{
    restoring *self = user;
    execz_scheduler *scheduler = self->scheduler;
    execz_error err = EXECZ_ERROR_INIT;
    kept_task *kept = g_new0(kept_task, 1);

    kept->task = ez_record_parse_task(found->record, found->record_length, &scheduler->tables,
                                      &kept->state, &err);
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
    kept_run *kept = g_new0(kept_run, 1);
    json_t *arena = ez_record_read_occurrence(found, &kept->record);

    kept->record.task = g_strdup(kept->record.task);
    kept->record.executor = g_strdup(kept->record.executor);
    kept->record.message = NULL;
    kept->record.value = NULL;
    json_decref(arena);
    g_ptr_array_add(self->runs, kept);
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

static void
decide_run(restoring *self, kept_run *run, execz_time now)
{
    const ez_task *task = find_task(self, run->record.task);

    run->again = task != NULL && task->plan->delivery == EXECZ_DELIVERY_AT_LEAST_ONCE &&
                 run->record.attempt < EXECZ_ATTEMPTS_MAX;
    if (run->again) {
        run->record.attempt++;
        ez_batch_occurrence(&self->scheduler->journal, EXECZ_STORE_OPEN, &run->record);
        return;
    }
    run->record.outcome = EXECZ_OUTCOME_LOST;
    run->record.finished = now;
    run->record.message = lost_message;
    ez_batch_occurrence(&self->scheduler->journal, EXECZ_STORE_END, &run->record);
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
    execz_time now = ez_clock_now(self->scheduler->clock);
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
        decide_run(self, self->runs->pdata[i], now);
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
tell_lost(execz_scheduler *self, const kept_run *run)
{
    ez_entry *entry = find_entry(self, run->record.task);
    execz_event event = ez_tell_new(self, EXECZ_EVENT_TASK_LOST, NULL);
    execz_result result = {
        .size = sizeof result,
        .outcome = EXECZ_OUTCOME_LOST,
        .run_time = run->record.scheduled,
        .finished = run->record.finished,
        .exit_status = -1,
        .message = lost_message,
    };

    event.task = run->record.task;
    event.executor = run->record.executor;
    event.source = run->record.source;
    event.attempt = run->record.attempt;
    event.run_times = &run->record.scheduled;
    event.n_run_times = 1;
    event.coalesced = run->record.coalesced;
    event.message = lost_message;
    event.result = &result;
    ez_bus_post(self->bus, &event);
    if (entry != NULL) {
        ez_entry_note_end(entry, EXECZ_OUTCOME_LOST, run->record.finished);
    }
}

static void
take_all(restoring *self)
{
    execz_scheduler *scheduler = self->scheduler;
    guint n_again = 0;

    pthread_mutex_lock(&scheduler->lock);
    scheduler->known = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < self->tasks->len; i++) {
        take_task_locked(scheduler, self->tasks->pdata[i]);
    }
    scheduler->durable = true;
    pthread_mutex_unlock(&scheduler->lock);
    for (guint i = 0; i < self->runs->len; i++) {
        const kept_run *run = self->runs->pdata[i];
        ez_entry *entry = find_entry(scheduler, run->record.task);

        n_again += run->again;
        if (run->again && entry != NULL) {
            ez_retry_again(scheduler, entry, &run->record);
        } else {
            tell_lost(scheduler, run);
        }
    }
    ez_log_write(&scheduler->log, EXECZ_LOG_INFO,
                 "state read store=%s directory=%s tasks=%u unfinished=%u lost=%u again=%u",
                 ez_store_type(scheduler->store), ez_store_directory(scheduler->store),
                 self->tasks->len, self->runs->len, self->runs->len - n_again, n_again);
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
    all.runs = g_ptr_array_new_with_free_func(free_run);
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
