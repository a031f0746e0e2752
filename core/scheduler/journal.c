/* SPDX-License-Identifier: MIT */
#include "scheduler/journal.h"

#include "base/error.h"

static void
note(execz_scheduler *self, const execz_history_record *record)
{
    ez_history_add(self->history, record);
}

void
ez_journal_ended(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome)
{
    bool last = run->n == 1 || outcome->run_time == ez_run_plain_times(run)[run->n - 1];

    note(self, &(execz_history_record){
                   .size = sizeof(execz_history_record),
                   .outcome = outcome->outcome,
                   .task = run->task->id,
                   .executor = run->task->plan->executor,
                   .scheduled = outcome->run_time,
                   .submitted = run->submitted,
                   .started = outcome->started,
                   .finished = outcome->finished,
                   .run = run->token,
                   .attempt = run->attempt,
                   .source = run->source,
                   .coalesced = last ? run->coalesced : 0,
                   .exit_status = outcome->exit_status,
                   .signal = outcome->signal,
                   .message = outcome->message,
                   .value = outcome->value,
                   .output = outcome->output,
                   .output_length = outcome->output_length,
                   .output_dropped = outcome->output_dropped,
                   .cpu_user = outcome->cpu_user,
                   .cpu_system = outcome->cpu_system,
                   .max_rss = outcome->max_rss,
               });
}

void
ez_journal_unsubmitted(execz_scheduler *self, uint32_t outcome, const ez_task *task,
                       const ez_unsubmitted *lost, execz_time at, const char *message)
{
    for (uint32_t i = 0; i < lost->n; i++) {
        note(self, &(execz_history_record){
                       .size = sizeof(execz_history_record),
                       .outcome = outcome,
                       .task = task->id,
                       .executor = task->plan->executor,
                       .scheduled = lost->times[i],
                       .finished = at,
                       .attempt = MAX(1, lost->attempt),
                       .source = lost->source,
                       .coalesced = i + 1 == lost->n ? lost->more : 0,
                       .exit_status = -1,
                       .message = message,
                   });
    }
}

execz_status
execz_scheduler_history(execz_scheduler *self, const execz_history_filter *filter,
                        execz_history_function record, void *user, execz_error *err)
{
    execz_history_filter whole;
    execz_status status = ez_history_read_filter(filter, &whole, err);

    if (status == EXECZ_OK && self->history != NULL) {
        ez_history_query(self->history, &whole, record, user);
    }
    return status;
}

/* ---- changes of tasks ------------------------------------------------------------------------ */

void
ez_journal_drop_changes(GArray *changes)
{
    for (guint i = 0; i < changes->len; i++) {
        ez_task_unref(g_array_index(changes, ez_change, i).task);
    }
    g_array_unref(changes);
}

void
ez_scheduler_change_locked(execz_scheduler *self, uint32_t kind, ez_entry *entry)
{
    if (ez_store_commits(self->store)) {
        execz_time next = entry->paused ? EXECZ_TIME_NEVER : entry->fire;
        ez_change change = {kind, ez_task_ref(entry->task), next};

        g_array_append_val(self->changes, change);
    }
}

void
ez_scheduler_commit(execz_scheduler *self)
{
    execz_error err;
    GArray *changes;

    if (!ez_store_commits(self->store)) {
        return;
    }
    ez_error_init(&err);
    pthread_mutex_lock(&self->lock);
    changes = self->changes;
    if (changes->len > 0) {
        self->changes = g_array_new(FALSE, FALSE, sizeof(ez_change));
    }
    pthread_mutex_unlock(&self->lock);
    if (changes->len == 0) {
        return;
    }
    if (ez_store_commit(self->store, (const ez_change *)(void *)changes->data, changes->len,
                        &err) != EXECZ_OK) {
        ez_log_write(&self->log, EXECZ_LOG_ERROR, "the store refused %u changes: %s", changes->len,
                     err.message);
    }
    ez_journal_drop_changes(changes);
}
