/* SPDX-License-Identifier: MIT */
#include "scheduler/unfinished.h"

#include "scheduler/journal.h"
#include "scheduler/overlap.h"
#include "scheduler/retry.h"
#include "store/record.h"

#include <jansson.h>

static const char lost_message[] =
    "the scheduler ended while it was under way; nobody can say how it ended";
static const char restarts_message[] = "the scheduler ended again and again while it was under "
                                       "way, so that it is not started once more: "
                                       "see whether it brings the scheduler down";
static const char gone_message[] = "its task is gone, and it was not started before";

ez_unfinished *
ez_unfinished_new(const execz_store_occurrence *found)
{
    ez_unfinished *self = g_new0(ez_unfinished, 1);
    json_t *arena = ez_record_read_occurrence(found, &self->record);

    self->record.task = g_strdup(self->record.task);
    self->record.executor = g_strdup(self->record.executor);
    self->record.message = NULL;
    self->record.value = NULL;
    self->waits = found->waits != 0;
    self->restarts = ez_record_restarts(arena);
    json_decref(arena);
    return self;
}

void
ez_unfinished_free(void *data)
{
    ez_unfinished *self = data;

    g_free((char *)self->record.task);
    g_free((char *)self->record.executor);
    g_free(self);
}

/* ---- deciding -------------------------------------------------------------------------------- */

/* Ends it with the message as its reason. */
static ez_fate
end(execz_scheduler *scheduler, ez_unfinished *self, uint32_t outcome, const char *message)
{
    self->record.outcome = outcome;
    self->record.finished = ez_clock_now(scheduler->clock);
    self->record.message = message;
    ez_batch_occurrence(&scheduler->journal, EXECZ_STORE_END, &self->record);
    return outcome == EXECZ_OUTCOME_LOST ? EZ_FATE_LOST : EZ_FATE_CANCELLED;
}

static ez_fate
decide(execz_scheduler *scheduler, ez_unfinished *self, const ez_task *task)
{
    if (self->waits) {
        return task != NULL ? EZ_FATE_STARTED
                            : end(scheduler, self, EXECZ_OUTCOME_CANCELLED, gone_message);
    }
    if (task == NULL || task->plan->delivery != EXECZ_DELIVERY_AT_LEAST_ONCE) {
        return end(scheduler, self, EXECZ_OUTCOME_LOST, lost_message);
    }
    if (self->restarts >= EZ_RESTARTS_MAX) {
        return end(scheduler, self, EXECZ_OUTCOME_LOST, restarts_message);
    }
    self->record.attempt++;
    ez_batch_open(&scheduler->journal, &self->record, false, ++self->restarts);
    return EZ_FATE_AGAIN;
}

void
ez_unfinished_decide(execz_scheduler *scheduler, ez_unfinished *self, const ez_task *task)
{
    self->fate = decide(scheduler, self, task);
}

/* ---- taking over ----------------------------------------------------------------------------- */

static void
tell_end(execz_scheduler *scheduler, ez_entry *entry, const ez_unfinished *self)
{
    uint64_t code = self->fate == EZ_FATE_LOST ? EXECZ_EVENT_TASK_LOST : EXECZ_EVENT_TASK_CANCELLED;
    execz_event event = ez_tell_new(scheduler, code, NULL);
    execz_result result = {
        .size = sizeof result,
        .outcome = self->record.outcome,
        .run_time = self->record.scheduled,
        .finished = self->record.finished,
        .exit_status = -1,
        .message = self->record.message,
    };

    event.task = self->record.task;
    event.executor = self->record.executor;
    event.source = self->record.source;
    event.attempt = self->record.attempt;
    event.run_times = &self->record.scheduled;
    event.n_run_times = 1;
    event.coalesced = self->record.coalesced;
    event.message = self->record.message;
    event.result = &result;
    ez_bus_post(scheduler->bus, &event);
    if (entry != NULL) {
        ez_entry_note_end(entry, self->record.outcome, self->record.finished);
    }
}

/* What waited for its first attempt waits again, in the order of its times. */
void
ez_unfinished_take(execz_scheduler *scheduler, const ez_unfinished *self)
{
    ez_unsubmitted again = {
        .source = self->record.source,
        .times = &self->record.scheduled,
        .n = 1,
        .more = self->record.coalesced,
        .attempt = self->record.attempt,
        .restarts = self->restarts,
    };
    ez_entry *entry;

    pthread_mutex_lock(&scheduler->lock);
    entry = ez_index_find(&scheduler->tasks, self->record.task);
    pthread_mutex_unlock(&scheduler->lock);
    if (entry == NULL || self->fate == EZ_FATE_LOST || self->fate == EZ_FATE_CANCELLED) {
        tell_end(scheduler, entry, self);
    } else if (self->fate == EZ_FATE_AGAIN || self->record.attempt > 1) {
        ez_retry_again(scheduler, entry, &again, self->waits);
    } else {
        ez_overlap_put(scheduler, entry, &again);
    }
}
