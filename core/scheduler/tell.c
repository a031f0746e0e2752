/* SPDX-License-Identifier: MIT */
#include "scheduler/tell.h"

#include "scheduler/journal.h"

execz_event
ez_tell_new(const execz_scheduler *self, uint64_t code, const ez_task *task)
{
    return (execz_event){
        .size = sizeof(execz_event),
        .code = code,
        .time = ez_clock_now(self->clock),
        .scheduler = self->name,
        .task = task == NULL ? NULL : task->id,
        .executor = task == NULL ? NULL : task->plan->executor,
    };
}

void
ez_tell(execz_scheduler *self, uint64_t code, const char *alias, const char *message)
{
    execz_event event = ez_tell_new(self, code, NULL);

    event.alias = alias;
    event.message = message;
    ez_bus_post(self->bus, &event);
}

void
ez_tell_task(execz_scheduler *self, uint64_t code, const ez_task *task, const char *message)
{
    execz_event event;

    if (!ez_bus_wants(self->bus, code)) {
        return;
    }
    event = ez_tell_new(self, code, task);
    event.message = message;
    ez_bus_post(self->bus, &event);
}

/* A terminal event has a result; one for what never was a run is made here. */
static uint32_t
outcome_of(uint64_t code)
{
    switch (code) {
    case EXECZ_EVENT_TASK_MISSED:
        return EXECZ_OUTCOME_MISSED;
    case EXECZ_EVENT_TASK_CANCELLED:
        return EXECZ_OUTCOME_CANCELLED;
    case EXECZ_EVENT_TASK_MAX_INSTANCES:
        return EXECZ_OUTCOME_SKIPPED;
    default:
        return EXECZ_OUTCOME_ERROR;
    }
}

void
ez_tell_unsubmitted(execz_scheduler *self, uint64_t code, ez_entry *entry,
                    const ez_unsubmitted *lost, const char *message)
{
    execz_event event = ez_tell_new(self, code, entry->task);
    execz_result result = {
        .size = sizeof result,
        .outcome = outcome_of(code),
        .run_time = lost->times[lost->n - 1],
        .finished = event.time,
        .exit_status = -1,
        .message = message,
    };

    event.source = lost->source;
    event.attempt = MAX(1, lost->attempt);
    event.run_times = lost->times;
    event.n_run_times = lost->n;
    event.coalesced = lost->more;
    event.message = message;
    if ((code & EXECZ_EVENT_TERMINAL) != 0) {
        event.result = &result;
        ez_entry_note_end(entry, result.outcome, result.finished);
    }
    if (ez_journal_is_kept(self)) {
        ez_journal_unsubmitted(self, outcome_of(code), entry->task, lost, event.time, message);
    }
    ez_bus_emit(self->bus, &event);
}

void
ez_tell_due(execz_scheduler *self, uint64_t code, ez_entry *entry, uint32_t source,
            const ez_due *due, const char *message)
{
    bool each = (code & EXECZ_EVENT_TERMINAL) != 0; /* one event for each run time */
    uint32_t step = each ? 1 : due->n;

    for (uint32_t i = 0; i < due->n; i += step) {
        ez_unsubmitted some = {
            .source = source,
            .times = &due->times[i],
            .n = step,
            .more = i + step == due->n ? due->coalesced : 0,
        };

        ez_tell_unsubmitted(self, code, entry, &some, message);
    }
}

void
ez_tell_submitted(execz_scheduler *self, const ez_run *run, const ez_due *due)
{
    execz_event event;

    if (!ez_bus_wants(self->bus, EXECZ_EVENT_TASK_SUBMITTED)) {
        return;
    }
    event = ez_tell_new(self, EXECZ_EVENT_TASK_SUBMITTED, ez_run_task(run));
    event.time = run->submitted;
    event.submitted = run->submitted;
    event.run = run->token;
    event.source = run->source;
    event.attempt = run->attempt;
    event.run_times = due->times;
    event.n_run_times = due->n;
    event.coalesced = due->coalesced;
    ez_bus_emit(self->bus, &event);
}

/* About one run time of a run. */
static execz_event
run_event(const execz_scheduler *self, uint64_t code, const ez_run *run, const execz_time *run_time)
{
    execz_event event = ez_tell_new(self, code, ez_run_task(run));

    event.run = run->token;
    event.source = run->source;
    event.attempt = run->attempt;
    event.submitted = run->submitted;
    event.run_times = run_time;
    event.n_run_times = 1;
    if (run->n == 1 || *run_time == ez_run_plain_times(run)[run->n - 1]) {
        event.coalesced = run->coalesced;
    }
    return event;
}

void
ez_tell_started(execz_scheduler *self, const ez_run *run, execz_time run_time, execz_time at)
{
    execz_event event = run_event(self, EXECZ_EVENT_TASK_STARTED, run, &run_time);

    event.time = at;
    ez_bus_emit(self->bus, &event);
}

static uint64_t
code_of(uint32_t outcome)
{
    static const uint64_t codes[] = {
        [EXECZ_OUTCOME_OK] = EXECZ_EVENT_TASK_EXECUTED,
        [EXECZ_OUTCOME_ERROR] = EXECZ_EVENT_TASK_ERROR,
        [EXECZ_OUTCOME_MISSED] = EXECZ_EVENT_TASK_MISSED,
        [EXECZ_OUTCOME_CANCELLED] = EXECZ_EVENT_TASK_CANCELLED,
        [EXECZ_OUTCOME_TIMEOUT] = EXECZ_EVENT_TASK_TIMEOUT,
        [EXECZ_OUTCOME_LOST] = EXECZ_EVENT_TASK_LOST,
    };

    return codes[outcome];
}

static void
tell_outcome(execz_scheduler *self, uint64_t code, const ez_run *run, const ez_outcome *outcome,
             execz_time next_attempt)
{
    execz_event event;
    execz_result result;

    if (!ez_bus_wants(self->bus, code)) {
        return;
    }
    ez_outcome_view(outcome, &result);
    event = run_event(self, code, run, &result.run_time);
    event.result = &result;
    event.message = result.message;
    event.next_attempt = next_attempt;
    ez_bus_emit(self->bus, &event);
}

void
ez_tell_retry(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome,
              execz_time next_attempt)
{
    if (self->durable) {
        ez_journal_again(self, run, outcome->run_time);
    }
    tell_outcome(self, EXECZ_EVENT_TASK_RETRY, run, outcome, next_attempt);
}

void
ez_tell_ended(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome)
{
    if (ez_journal_is_kept(self)) {
        ez_journal_ended(self, run, outcome);
    }
    tell_outcome(self, code_of(outcome->outcome), run, outcome, 0);
}
