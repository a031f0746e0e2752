/* SPDX-License-Identifier: MIT */
/* A due task is submitted, held, or left to overlap.c if it has as many runs as it may.  It is held when
 * its executor is busy, in that executor's line, or when it is blocked: its executor or function cannot
 * be used.  What is held takes up later run times of the task by its coalescing, so that however long the
 * wait, it is bounded; nothing that is due is dropped without an event. */
#include "scheduler/submit.h"

#include "base/error.h"
#include "base/failpoint.h"
#include "executor/takes.h"
#include "function/body.h"
#include "scheduler/held.h"
#include "scheduler/journal.h"
#include "scheduler/overlap.h"
#include "scheduler/retry.h"
#include "scheduler/tell.h"

#include <string.h>

/* ---- blocking -------------------------------------------------------------------------------- */

/* Sets or, with NULL, clears the reason; true if it is another one than before. */
static bool
set_blocked(execz_scheduler *self, ez_entry *entry, const char *reason)
{
    bool changed;

    pthread_mutex_lock(&self->lock);
    changed = !entry->removed && g_strcmp0(entry->blocked, reason) != 0;
    if (changed) {
        self->n_blocked += (reason != NULL) - (entry->blocked != NULL);
        g_free(atomic_exchange(&entry->blocked, g_strdup(reason)));
    }
    pthread_mutex_unlock(&self->lock);
    return changed;
}

void
ez_submit_unblock(execz_scheduler *self, ez_entry *entry)
{
    if (entry->blocked != NULL && entry->held == NULL && entry->retries == NULL) {
        (void)set_blocked(self, entry, NULL);
    }
}

/* Whether the task's function is there; found once, it stays, and so does whether it is a coroutine.
 * An executor that does not care about coroutines runs them elsewhere, and so their code is not
 * loaded into this process. */
static bool
resolve(execz_scheduler *self, ez_entry *entry, const ez_executor *executor, execz_error *err)
{
    ez_plan *plan = entry->task->plan;

    if (plan->found || plan->abi.kind != EXECZ_TASK_FUNCTION ||
        !ez_executor_has_caps(executor, EXECZ_CAP_COROUTINE)) {
        return true;
    }
    if (ez_modules_resolve(self->modules, plan->abi.function, err) == NULL) {
        return false;
    }
    if (ez_body_is_coroutine(self->modules, &plan->abi, &plan->resolved)) {
        plan->abi.kind = EXECZ_TASK_COROUTINE;
    }
    plan->found = true;
    return true;
}

/* Most tasks of a batch go to the executor of the one before. */
static ez_executor_place *
find_place(execz_scheduler *self, const char *alias)
{
    if (self->recent == NULL || strcmp(ez_executor_alias(self->recent->executor), alias) != 0) {
        self->recent = ez_scheduler_find_place(self, alias);
    }
    return self->recent;
}

/* The place that can take the entry's runs; NULL and the reason if none can. */
static ez_executor_place *
find_usable(execz_scheduler *self, ez_entry *entry, execz_error *why)
{
    const char *alias = entry->task->plan->executor;
    ez_executor_place *place = find_place(self, alias);
    const char *reason = NULL;

    if (place == NULL) {
        bool brought = strcmp(alias, EZ_DEFAULT_EXECUTOR) == 0 && self->no_default != NULL;

        ez_fail(why, EXECZ_E_NOT_FOUND, "there is no executor '%s'%s%s", alias,
                brought ? ", and none could be added: " : "", brought ? self->no_default : "");
        return NULL;
    }
    if (!ez_executor_is_available(place->executor, &reason)) {
        ez_fail(why, EXECZ_E_PLUGIN, "executor '%s' cannot be used: %s", alias, reason);
        return NULL;
    }
    if (!ez_executor_takes(place->executor, entry->task, why) ||
        !resolve(self, entry, place->executor, why)) {
        return NULL;
    }
    return place;
}

void
ez_submit_missed(execz_scheduler *self, ez_entry *entry, const ez_due *due, uint32_t source)
{
    ez_unsubmitted missed = {
        .source = source,
        .times = &due->missed_last,
        .n = 1,
        .more = due->missed - 1,
    };

    if (due->missed > 0) {
        ez_tell_unsubmitted(self, EXECZ_EVENT_TASK_MISSED, entry, &missed,
                            "its misfire grace time was over, or too many runs were due at once");
    }
}

/* Notes why the entry cannot be run, and tells it if that is new. */
static void
note_blocked(execz_scheduler *self, ez_entry *entry, const execz_error *why)
{
    if (set_blocked(self, entry, why->message)) {
        ez_log_write(&self->log, EXECZ_LOG_WARNING, "task blocked task=%s: %s", entry->task->id,
                     why->message);
        ez_tell_task(self, EXECZ_EVENT_TASK_BLOCKED, entry->task, why->message);
    }
}

static void
block(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source, const execz_error *why)
{
    ez_held *held = ez_held_keep(self, entry, due, source);

    if (held->waiter.line == NULL) {
        ez_held_wait_blocked(self, &held->waiter);
    }
    note_blocked(self, entry, why);
}

/* Why tasks wait, which only the executor knows: too many runs, or no thread left. */
static void
tell_busy(execz_scheduler *self, ez_executor_place *place, const execz_error *why)
{
    const char *reason = why->message[0] == '\0' ? ez_status_text(why->status) : why->message;
    const char *alias = ez_executor_alias(place->executor);
    int64_t now = ez_clock_monotonic(self->clock);

    if (place->told_busy == 0 || now - place->told_busy >= EXECZ_EXECUTOR_BUSY_EVERY) {
        place->told_busy = now;
        ez_log_write(&self->log, EXECZ_LOG_INFO, "executor=%s is busy, its tasks wait: %s", alias,
                     reason);
        ez_tell(self, EXECZ_EVENT_EXECUTOR_BUSY, alias, reason);
    }
}

/* Has due wait in the line of those that the executor is too busy for. */
static void
wait_for_place(execz_scheduler *self, ez_executor_place *place, ez_entry *entry, ez_due *due,
               uint32_t source)
{
    ez_held *held = ez_held_keep(self, entry, due, source);

    if (held->waiter.line != NULL) {
        ez_line_remove(&held->waiter); /* it was blocked */
    }
    ez_held_wait_for(self, place, &held->waiter);
}

/* Who comes now is behind those that wait already, whose turn it may be by now. */
static bool
has_line(ez_executor_place *place)
{
    if (place->turn != EXECZ_TIME_NEVER || ez_line_length(&place->held) == 0) {
        return false;
    }
    place->retry_at = 0;
    return true;
}

bool
ez_submit_would_wait(execz_scheduler *self, const ez_entry *entry)
{
    const ez_plan *plan = entry->task->plan;
    const ez_executor_place *place = find_place(self, plan->executor);

    return ez_entry_waits(entry) || entry->instances >= plan->abi.max_instances || place == NULL ||
           ez_line_length(&place->held) > 0;
}

/* ---- submitting ------------------------------------------------------------------------------ */

/* Why a run is made, and how often it was before. */
typedef struct origin {
    uint32_t source;
    uint32_t attempt;
    uint32_t restarts; /* as in ez_unsubmitted */
} origin;

/* Has the store know that due is with its executor, or that it waits. */
static void
note_waits(execz_scheduler *self, const ez_task *task, ez_due *due, origin from, bool waits)
{
    ez_unsubmitted opened = {
        .source = from.source,
        .times = due->times,
        .n = due->n,
        .more = due->coalesced,
        .attempt = from.attempt,
        .restarts = from.restarts,
    };

    if (self->durable && due->waits != waits) {
        ez_journal_open(self, task, &opened, waits);
        due->waits = waits;
    }
}

/* Sends due as one run.  EXECZ_OK: sent, and told so. */
static execz_status
send(execz_scheduler *self, ez_executor_place *place, ez_entry *entry, ez_due *due, origin from,
     execz_error *err)
{
    ez_run *run;
    execz_status status;

    if (due->waits) {
        note_waits(self, entry->task, due, from, false);
        ez_scheduler_commit(self);
    }
    run = ez_runs_open(self->runs, entry->task, place->executor, due->times, due->n);
    if (run == NULL) {
        return ez_fail(err, EXECZ_E_BUSY, "%u runs are in flight, which is the limit", EZ_RUNS_MAX);
    }
    ez_entry_add_run(entry, run);
    run->attempt = (uint16_t)from.attempt;
    run->source = (uint16_t)from.source;
    run->submitted = ez_clock_now(self->clock);
    run->coalesced = due->coalesced;
    ez_entry_count(entry, 1);
    ez_entry_ref(entry); /* the run's */
    (void)ez_failpoint("submit.before_send");
    status = ez_executor_send(place->executor, run, err);
    (void)ez_failpoint("submit.after_send");
    if (status != EXECZ_OK && !ez_run_finish(run)) {
        ez_log_write(
            &self->log, EXECZ_LOG_WARNING,
            "plugin misbehaving: executor=%s refuses a run of task=%s that it has finished",
            entry->task->plan->executor, entry->task->id);
        ++*ez_executor_unfinished(place->executor);
        status = EXECZ_OK;
    }
    if (status == EXECZ_OK) {
        place->retry_delay = EZ_FIRST_RETRY;
        self->unflushed = true;
        ez_tell_submitted(self, run, due); /* it is open until the loop takes its end */
        return EXECZ_OK;
    }
    ez_entry_count(entry, -1);
    ez_entry_remove_run(entry, run);
    ez_runs_close(self->runs, run);
    ez_entry_unref(entry);
    return status;
}

bool
ez_submit(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    ez_executor_place *place;
    execz_status status;
    execz_error err;

    ez_error_init(&err);
    place = find_usable(self, entry, &err);
    if (place == NULL) {
        block(self, entry, due, source, &err);
        return true;
    }
    if (entry->blocked != NULL) {
        (void)set_blocked(self, entry, NULL);
    }
    if (entry->instances >= entry->task->plan->abi.max_instances) {
        ez_overlap_take(self, entry, due, source);
        return true;
    }
    if (has_line(place)) {
        wait_for_place(self, place, entry, due, source);
        return false;
    }
    status = send(self, place, entry, due, (origin){source, 1, 0}, &err);
    switch (status) {
    case EXECZ_OK:
        return true;
    case EXECZ_E_BUSY:
    case EXECZ_E_SHUTDOWN:
        tell_busy(self, place, &err);
        wait_for_place(self, place, entry, due, source);
        return false;
    case EXECZ_E_MAX_INSTANCES:
        ez_overlap_refuse(self, entry, due, source);
        return true;
    default:
        ez_tell_due(self, EXECZ_EVENT_TASK_ERROR, entry, source, due,
                    err.message[0] == '\0' ? ez_status_text(status) : err.message);
        return true;
    }
}

ez_attempt
ez_submit_attempt(execz_scheduler *self, ez_retry *retry, ez_due *due, execz_error *err)
{
    ez_waiter *waiter = &retry->waiter;
    ez_entry *entry = waiter->entry;
    origin from = {EXECZ_SOURCE_RETRY, retry->attempt, retry->restarts};
    ez_executor_place *place = find_usable(self, entry, err);
    execz_status status;

    if (place == NULL) {
        note_blocked(self, entry, err);
        ez_held_wait_blocked(self, waiter);
        return EZ_ATTEMPT_BLOCKED;
    }
    if (entry->blocked != NULL) {
        (void)set_blocked(self, entry, NULL);
    }
    if (has_line(place)) {
        ez_held_wait_for(self, place, waiter);
        return EZ_ATTEMPT_BUSY;
    }
    ez_entry_count(entry, -1); /* the instance becomes that of the run */
    status = send(self, place, entry, due, from, err);
    if (status == EXECZ_OK) {
        return EZ_ATTEMPT_SENT;
    }
    ez_entry_count(entry, 1);
    if (status == EXECZ_E_BUSY || status == EXECZ_E_SHUTDOWN || status == EXECZ_E_MAX_INSTANCES) {
        tell_busy(self, place, err);
        note_waits(self, entry->task, due, from, true);
        ez_held_wait_for(self, place, waiter);
        return EZ_ATTEMPT_BUSY;
    }
    if (err->message[0] == '\0') {
        ez_fail(err, status, "%s", ez_status_text(status));
    }
    return EZ_ATTEMPT_REFUSED;
}

bool
ez_submit_held(execz_scheduler *self, ez_held *held)
{
    ez_entry *entry = ez_entry_ref(held->waiter.entry);
    uint32_t source = held->source;
    ez_due due;
    bool free;

    ez_held_take(self, held, &due);
    free = ez_submit(self, entry, &due, source);
    ez_overlap_start_next(self, entry); /* it may have waited for what was held to go first */
    ez_scheduler_retire(self, entry);
    ez_entry_unref(entry);
    return free;
}
