/* SPDX-License-Identifier: MIT */
/* The next attempt waits in a heap under the monotonic clock, which no step of the wall clock moves;
 * the loop's timer wakes for it.  If it cannot be sent then it stands in line with all else that waits for
 * its executor, or among the blocked.
 *
 * From its first submission to its terminal event a run time counts as one instance of its task, also
 * while it waits here: what waits for an attempt is not over.  So max_instances holds when the attempt
 * comes, and nothing overtakes a run time that is about to be tried again unless the task allows two
 * at a time.  (Kubernetes' CronJob, Temporal and Nomad see it the same way.)
 *
 * A task that is paused keeps it: its run time was due before.  While the scheduler is paused nothing
 * is submitted; what was due meanwhile is, when it goes on. */
#include "scheduler/retry.h"

#include "scheduler/journal.h"
#include "scheduler/overlap.h"
#include "scheduler/submit.h"
#include "task/spread.h"

#include <string.h>

static ez_retry *
retry_of(ez_heap_node *node)
{
    return (ez_retry *)(void *)((char *)node - offsetof(ez_retry, node));
}

/* ---- planning -------------------------------------------------------------------------------- */

static bool
is_allowed(execz_scheduler *self, const ez_run *run)
{
    const ez_entry *entry = run->owner;
    uint32_t state = ez_scheduler_state(self);

    return !entry->removed && !ez_run_is_cancelled(run) &&
           (state == EXECZ_STATE_RUNNING || state == EXECZ_STATE_PAUSED);
}

/* The run times that have failed so that they are attempted again; NULL if there are none. */
static ez_retry *
collect(ez_run *run)
{
    ez_retry *retry = NULL;

    for (uint32_t i = 0; i < run->n; i++) {
        const ez_outcome *outcome = &ez_run_times(run)[i];

        if (!ez_retry_applies(ez_run_task(run)->plan->retry, run->attempt, outcome)) {
            continue;
        }
        if (retry == NULL) {
            retry = g_malloc0(sizeof *retry + run->n * sizeof retry->times[0]);
        }
        retry->times[retry->n++] = outcome->run_time;
        retry->coalesced = i + 1 == run->n ? run->coalesced : 0;
    }
    return retry;
}

/* Has it wait for as long as delay says. */
static void
plan(execz_scheduler *self, ez_retry *retry, ez_entry *entry, execz_duration delay)
{
    int64_t now = ez_clock_monotonic(self->clock);

    retry->waiter.entry = ez_entry_ref(entry);
    retry->waiter.is_retry = true;
    retry->next = entry->retries;
    entry->retries = retry;
    if (__builtin_add_overflow(ez_clock_now(self->clock), delay, &retry->due)) {
        retry->due = EXECZ_TIME_NEVER - 1;
    }
    retry->waiter.since = retry->due;
    ez_heap_set(&self->retries, &retry->node, now + MIN(delay, EXECZ_TIME_NEVER - 1 - now));
    self->n_retries += retry->n;
}

ez_retry *
ez_retry_plan(execz_scheduler *self, ez_run *run)
{
    ez_retry *retry;
    uint64_t seed;
    execz_duration delay;

    if (ez_run_task(run)->plan->retry == NULL || (retry = collect(run)) == NULL) {
        return NULL;
    }
    if (!is_allowed(self, run)) {
        g_free(retry);
        return NULL;
    }
    seed = ez_spread((uint64_t)retry->times[0] ^ ez_spread(g_str_hash(ez_run_task(run)->id)));
    delay = ez_retry_delay(ez_run_task(run)->plan->retry, run->attempt, seed);
    retry->attempt = run->attempt + 1;
    retry->waits = true;
    plan(self, retry, run->owner, delay);
    return retry;
}

void
ez_retry_again(execz_scheduler *self, ez_entry *entry, const ez_unsubmitted *run, bool waits)
{
    ez_retry *retry = g_malloc0(sizeof *retry + run->n * sizeof retry->times[0]);

    retry->attempt = run->attempt;
    retry->restarts = run->restarts;
    retry->waits = waits;
    retry->coalesced = run->more;
    retry->n = run->n;
    memcpy(retry->times, run->times, run->n * sizeof retry->times[0]);
    ez_entry_count(entry, 1); /* as of the run that it was */
    plan(self, retry, entry, 0);
}

bool
ez_retry_has(const ez_retry *self, execz_time run_time)
{
    for (uint32_t i = 0; i < self->n; i++) {
        if (self->times[i] == run_time) {
            return true;
        }
    }
    return false;
}

/* ---- submitting ------------------------------------------------------------------------------ */

/* Forgets it; what it holds of its entry is the caller's. */
static ez_entry *
forget(execz_scheduler *self, ez_retry *retry)
{
    ez_entry *entry = retry->waiter.entry;
    ez_retry **at = &entry->retries;

    while (*at != retry) {
        at = &(*at)->next;
    }
    *at = retry->next;
    ez_heap_remove(&self->retries, &retry->node);
    ez_line_remove(&retry->waiter);
    self->n_retries -= retry->n;
    g_free(retry);
    return entry;
}

/* Ends it with one event for each run time. */
static void
end(execz_scheduler *self, ez_retry *retry, uint64_t code, uint32_t attempt, const char *message)
{
    ez_entry *entry;

    for (uint32_t i = 0; i < retry->n; i++) {
        ez_unsubmitted ended = {
            .source = EXECZ_SOURCE_RETRY,
            .times = &retry->times[i],
            .n = 1,
            .more = i + 1 == retry->n ? retry->coalesced : 0,
            .attempt = attempt,
        };

        ez_tell_unsubmitted(self, code, retry->waiter.entry, &ended, message);
    }
    entry = forget(self, retry);
    ez_entry_count(entry, -1);
    ez_submit_unblock(self, entry);
    ez_overlap_note_room(self, entry);
    ez_scheduler_retire(self, entry);
    ez_entry_unref(entry);
}

void
ez_retry_announce(execz_scheduler *self, ez_retry *retry)
{
    ez_unsubmitted due = {
        .source = EXECZ_SOURCE_RETRY,
        .times = retry->times,
        .n = retry->n,
        .more = retry->coalesced,
        .attempt = retry->attempt,
        .restarts = retry->restarts,
    };

    if (self->durable && retry->waits) {
        ez_journal_open(self, retry->waiter.entry->task, &due, false);
        retry->waits = false;
    }
}

bool
ez_retry_submit(execz_scheduler *self, ez_retry *retry)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_due due = {.n = retry->n, .coalesced = retry->coalesced, .waits = retry->waits};

    memcpy(due.times, retry->times, retry->n * sizeof due.times[0]);
    switch (ez_submit_attempt(self, retry, &due, &err)) {
    case EZ_ATTEMPT_SENT:
        ez_entry_unref(forget(self, retry));
        break;
    case EZ_ATTEMPT_BUSY:
        retry->waits = due.waits;
        return false;
    case EZ_ATTEMPT_BLOCKED:
        break;
    case EZ_ATTEMPT_REFUSED:
        end(self, retry, EXECZ_EVENT_TASK_ERROR, retry->attempt, err.message);
        break;
    }
    return true;
}

void
ez_retry_submit_due(execz_scheduler *self)
{
    int64_t now, at;
    ez_heap_node *node;
    ez_waiter *first;
    ez_line due;

    if (self->n_retries == 0 || ez_retry_next(self) > (now = ez_clock_monotonic(self->clock))) {
        return;
    }
    ez_line_init(&due);
    while ((node = ez_heap_first(&self->retries, &at)) != NULL && at <= now) {
        ez_heap_remove(&self->retries, node);
        ez_retry_announce(self, retry_of(node));
        ez_line_push(&due, &retry_of(node)->waiter);
    }
    ez_scheduler_commit(self);
    while ((first = ez_line_first(&due)) != NULL) {
        ez_line_remove(first);
        (void)ez_retry_submit(self, (ez_retry *)first);
    }
    ez_line_deinit(&due);
}

int64_t
ez_retry_next(const execz_scheduler *self)
{
    int64_t at = EXECZ_TIME_NEVER;

    (void)ez_heap_first(&self->retries, &at);
    return at;
}

/* ---- cancelling ------------------------------------------------------------------------------ */

void
ez_retry_cancel(execz_scheduler *self, ez_entry *entry, const char *message)
{
    while (ez_retry_cancel_first(self, entry, message)) {
    }
}

bool
ez_retry_cancel_first(execz_scheduler *self, ez_entry *entry, const char *message)
{
    ez_retry *first = entry->retries;

    if (first == NULL) {
        return false;
    }
    while (first->next != NULL) { /* the newest is in front */
        first = first->next;
    }
    end(self, first, EXECZ_EVENT_TASK_CANCELLED, first->attempt - 1, message);
    return true;
}

void
ez_retry_cancel_all(execz_scheduler *self, const char *message)
{
    ez_heap_node *node;
    int64_t at;

    while ((node = ez_heap_first(&self->retries, &at)) != NULL) {
        ez_retry *retry = retry_of(node);

        end(self, retry, EXECZ_EVENT_TASK_CANCELLED, retry->attempt - 1, message);
    }
}
