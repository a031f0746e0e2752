/* SPDX-License-Identifier: MIT */
#include "scheduler/journal.h"

static execz_history_record
record_of(const ez_task *task, execz_time run_time, uint32_t source, uint32_t attempt)
{
    return (execz_history_record){
        .size = sizeof(execz_history_record),
        .task = task->id,
        .executor = task->plan->executor,
        .scheduled = run_time,
        .attempt = attempt,
        .source = source,
        .exit_status = -1,
    };
}

void
ez_journal_open(execz_scheduler *self, const ez_task *task, const ez_unsubmitted *due, bool waits)
{
    for (uint32_t i = 0; i < due->n; i++) {
        execz_history_record record =
            record_of(task, due->times[i], due->source, MAX(1, due->attempt));

        record.coalesced = i + 1 == due->n ? due->more : 0;
        ez_batch_open(&self->journal, &record, waits, due->restarts);
    }
}

void
ez_journal_again(execz_scheduler *self, const ez_run *run, execz_time run_time)
{
    execz_history_record record =
        record_of(ez_run_task(run), run_time, EXECZ_SOURCE_RETRY, run->attempt + 1u);

    ez_batch_open(&self->journal, &record, true, 0);
}

void
ez_journal_cover(execz_scheduler *self, const ez_task *task, execz_time run_time)
{
    execz_history_record record = record_of(task, run_time, 0, 1);

    ez_batch_occurrence(&self->journal, EXECZ_STORE_COVER, &record);
}

static void
note(execz_scheduler *self, uint32_t kind, const execz_history_record *record)
{
    if (self->durable) {
        ez_batch_occurrence(&self->journal, kind, record);
    } else {
        ez_history_add(self->history, record);
    }
}

void
ez_journal_ended(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome)
{
    bool last = run->n == 1 || outcome->run_time == ez_run_plain_times(run)[run->n - 1];
    execz_history_record record = {
        .size = sizeof record,
        .outcome = outcome->outcome,
        .task = ez_run_task(run)->id,
        .executor = ez_run_task(run)->plan->executor,
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
    };

    note(self, EXECZ_STORE_END, &record);
}

void
ez_journal_unsubmitted(execz_scheduler *self, uint32_t outcome, const ez_task *task,
                       const ez_unsubmitted *lost, execz_time at, const char *message)
{
    for (uint32_t i = 0; i < lost->n; i++) {
        execz_history_record record =
            record_of(task, lost->times[i], lost->source, MAX(1, lost->attempt));

        record.outcome = outcome;
        record.finished = at;
        record.coalesced = i + 1 == lost->n ? lost->more : 0;
        record.message = message;
        note(self, EXECZ_STORE_NOTE, &record);
    }
}
