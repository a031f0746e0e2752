/* SPDX-License-Identifier: MIT */
#include "scheduler/held.h"

#include "scheduler/journal.h"
#include "scheduler/retry.h"
#include "scheduler/submit.h"
#include "scheduler/tell.h"

#include <string.h>

static const int64_t last_retry = EXECZ_SECOND;
static const int64_t recheck_after = 5 * EXECZ_SECOND;

/* ---- into a line, and out of it -------------------------------------------------------------- */

static ez_held *
held_of(ez_waiter *waiter)
{
    return (ez_held *)waiter; /* it is first */
}

static bool
has_time(const ez_held *held, execz_time time)
{
    for (uint32_t i = 0; held != NULL && i < held->n; i++) {
        if (held->times[i] == time) {
            return true;
        }
    }
    return false;
}

/* Has the store know that all that is held waits, or that its executor gets it. */
static void
note_waits(execz_scheduler *self, ez_held *held, bool waits)
{
    ez_unsubmitted due = {held->source, held->times, held->n, held->coalesced, 1, 0};

    ez_journal_open(self, held->waiter.entry->task, &due, waits);
    held->waits = waits;
}

/* As below, and notes which run times are covered by others now. */
static ez_held *
hold_and_note(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    execz_time times[2 * EXECZ_RUN_TIMES_MAX];
    const ez_held *before = ez_entry_find_held(entry, source);
    uint32_t n = before == NULL ? 0 : before->n;
    ez_held *held;

    if (n > 0) {
        memcpy(times, before->times, n * sizeof times[0]);
    }
    memcpy(times + n, due->times, due->n * sizeof times[0]);
    n += due->n;
    held = ez_entry_hold(entry, due, source);
    for (uint32_t i = 0; i < n; i++) {
        if (!has_time(held, times[i])) {
            ez_journal_cover(self, entry->task, times[i]);
        }
    }
    if (held != NULL && (before != NULL || !due->waits)) {
        note_waits(self, held, true);
    }
    return held;
}

ez_held *
ez_held_keep(execz_scheduler *self, ez_entry *entry, ez_due *due, uint32_t source)
{
    ez_held *held;

    due->missed = 0;
    self->n_held += due->n > 0 && ez_entry_find_held(entry, source) == NULL;
    held =
        self->durable ? hold_and_note(self, entry, due, source) : ez_entry_hold(entry, due, source);
    ez_submit_missed(self, entry, due, source);
    return held;
}

void
ez_held_take(execz_scheduler *self, ez_held *held, ez_due *due_out)
{
    ez_line_remove(&held->waiter);
    ez_entry_let_go(held->waiter.entry, held, due_out);
    self->n_held--;
}

void
ez_held_wait_for(execz_scheduler *self, ez_executor_place *place, ez_waiter *waiter)
{
    waiter->priority = waiter->entry->task->plan->abi.priority;
    if (place->turn != EXECZ_TIME_NEVER) {
        waiter->since = place->turn;
    }
    ez_line_push(&place->held, waiter);
    if (place->retry_at == EXECZ_TIME_NEVER) {
        place->retry_at = ez_clock_monotonic(self->clock) + place->retry_delay;
        place->retry_delay = MIN(place->retry_delay * 2, last_retry);
    }
}

/* Those that were looked at in this sweep, and those that are still to be. */
static ez_line *
looked_at(execz_scheduler *self)
{
    return &self->blocked[1 - self->sweep];
}

static ez_line *
to_look_at(execz_scheduler *self)
{
    return &self->blocked[self->sweep];
}

void
ez_held_wait_blocked(execz_scheduler *self, ez_waiter *waiter)
{
    waiter->priority = waiter->entry->task->plan->abi.priority;
    ez_line_push(looked_at(self), waiter);
    if (self->recheck_at == EXECZ_TIME_NEVER) {
        self->recheck_at = ez_clock_monotonic(self->clock) + recheck_after;
    }
}

bool
ez_held_is_blocked(const execz_scheduler *self, const ez_waiter *waiter)
{
    return waiter->line == &self->blocked[0] || waiter->line == &self->blocked[1];
}

static void
replan(execz_scheduler *self, ez_waiter *waiter, const ez_plan *plan)
{
    const ez_plan *old = waiter->entry->task->plan;
    ez_line *line = waiter->line;

    if (line == NULL || line == &self->gathering) {
        return;
    }
    if (ez_held_is_blocked(self, waiter) || strcmp(old->executor, plan->executor) != 0) {
        line = to_look_at(self);
    } else if (waiter->priority == plan->abi.priority) {
        return;
    }
    ez_line_remove(waiter);
    waiter->priority = plan->abi.priority;
    ez_line_push(line, waiter);
}

void
ez_held_replan_locked(execz_scheduler *self, ez_entry *entry, const ez_plan *plan)
{
    for (ez_held *held = entry->held; held != NULL; held = held->next) {
        replan(self, &held->waiter, plan);
    }
    for (ez_retry *retry = entry->retries; retry != NULL; retry = retry->next) {
        replan(self, &retry->waiter, plan);
    }
}

/* ---- tried again ----------------------------------------------------------------------------- */

/* While the scheduler is paused only what somebody has asked for is started. */
static bool
was_asked_for(const ez_waiter *waiter)
{
    return !waiter->is_retry && ((const ez_held *)waiter)->source == EXECZ_SOURCE_MANUAL;
}

/* It stands in no line any more.  False if its executor is busy. */
static bool
try_again(execz_scheduler *self, ez_waiter *waiter)
{
    ez_line_remove(waiter);
    return waiter->is_retry ? ez_retry_submit(self, (ez_retry *)waiter)
                            : ez_submit_held(self, held_of(waiter));
}

void
ez_held_submit(execz_scheduler *self, ez_executor_place *place)
{
    ez_waiter *next;
    bool free = true;

    place->retry_at = EXECZ_TIME_NEVER;
    for (size_t left = ez_line_length(&place->held); left > 0 && free; left--) {
        next =
            self->holding ? ez_line_find(&place->held, was_asked_for) : ez_line_first(&place->held);
        if (next == NULL) {
            return;
        }
        place->turn = next->since; /* which it keeps, if it has to wait again */
        free = try_again(self, next);
        place->turn = EXECZ_TIME_NEVER;
    }
}

void
ez_held_note_room(execz_scheduler *self, const char *alias)
{
    ez_executor_place *place = ez_scheduler_find_place(self, alias);

    if (place != NULL && ez_line_length(&place->held) > 0) {
        place->room++;
        self->has_room = true;
    }
}

/* Those for whom there is room are on their way, as far as the store knows. */
static void
announce(execz_scheduler *self, const ez_executor_place *place)
{
    ez_waiter *next = ez_line_first(&place->held);

    for (size_t i = 0; i < place->room && next != NULL; i++, next = ez_line_next(next)) {
        if (next->is_retry) {
            ez_retry_announce(self, (ez_retry *)next);
        } else if (held_of(next)->waits) {
            note_waits(self, held_of(next), false);
        }
    }
}

void
ez_held_fill(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = NULL;

    if (!self->has_room) {
        return;
    }
    self->has_room = false;
    places = ez_scheduler_list_places(self);
    for (guint i = 0; self->durable && !self->holding && i < places->len; i++) {
        announce(self, places->pdata[i]);
    }
    ez_scheduler_commit(self);
    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        if (place->room > 0) {
            place->room = 0;
            ez_held_submit(self, place);
        }
    }
}

void
ez_held_set_holding(execz_scheduler *self, bool holding)
{
    g_autoptr(GPtrArray) places = NULL;

    if (self->holding && !holding) {
        places = ez_scheduler_list_places(self);
        for (guint i = 0; i < places->len; i++) {
            ((ez_executor_place *)places->pdata[i])->retry_at = 0;
        }
        self->recheck_at = 0;
    }
    self->holding = holding;
}

void
ez_held_retry(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = NULL;
    int64_t now;

    if (self->n_held == 0 && self->n_retries == 0) {
        return;
    }
    now = ez_clock_monotonic(self->clock);
    places = ez_scheduler_list_places(self);
    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        if (place->retry_at <= now) {
            ez_held_submit(self, place);
        }
    }
}

int64_t
ez_held_next_retry(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = NULL;
    int64_t next = self->recheck_at;

    if (self->n_held == 0 && self->n_retries == 0) {
        return next;
    }
    places = ez_scheduler_list_places(self);
    for (guint i = 0; i < places->len; i++) {
        next = MIN(next, ((ez_executor_place *)places->pdata[i])->retry_at);
    }
    return next;
}

void
ez_held_disperse(execz_scheduler *self, ez_executor_place *place)
{
    ez_waiter *first;

    place->retry_at = EXECZ_TIME_NEVER;
    while ((first = ez_line_first(&place->held)) != NULL) {
        (void)try_again(self, first);
    }
}

/* A sweep looks at each that is blocked once; another one begins behind it, if need be. */
static void
begin_sweep(execz_scheduler *self, int64_t now)
{
    self->recheck_at = now + recheck_after;
    self->sweep_again = ez_line_length(to_look_at(self)) > 0;
    if (!self->sweep_again) {
        self->sweep = 1 - self->sweep;
    }
}

void
ez_held_recheck(execz_scheduler *self)
{
    bool asked = atomic_load(&self->recheck) && atomic_exchange(&self->recheck, false);
    int64_t now;
    ez_waiter *next;

    if (ez_line_length(&self->blocked[0]) + ez_line_length(&self->blocked[1]) == 0) {
        self->recheck_at = EXECZ_TIME_NEVER;
        return;
    }
    now = ez_clock_monotonic(self->clock);
    if (asked || self->sweep_again || now >= self->recheck_at) {
        begin_sweep(self, now);
    }
    for (int i = 0; i < EZ_BATCH && (next = ez_line_first(to_look_at(self))) != NULL; i++) {
        if (self->holding && !was_asked_for(next)) {
            ez_line_remove(next);
            ez_line_push(looked_at(self), next);
        } else {
            (void)try_again(self, next);
        }
    }
    if (ez_line_length(to_look_at(self)) > 0 || self->sweep_again) {
        ez_mailbox_ring(&self->mailbox); /* more in the next pass */
    }
}

/* ---- ended ----------------------------------------------------------------------------------- */

void
ez_held_cancel(execz_scheduler *self, ez_entry *entry, const char *message)
{
    while (entry->held != NULL) {
        uint32_t source = entry->held->source;
        ez_due due;

        ez_held_take(self, entry->held, &due);
        ez_tell_due(self, EXECZ_EVENT_TASK_CANCELLED, entry, source, &due, message);
    }
    ez_submit_unblock(self, entry);
}

static void
cancel_line(execz_scheduler *self, ez_line *line, const char *message)
{
    ez_waiter *first;

    while ((first = ez_line_first(line)) != NULL) {
        ez_entry *entry = ez_entry_ref(first->entry);

        if (first->is_retry) {
            ez_retry_cancel(self, entry, message);
        } else {
            ez_held_cancel(self, entry, message);
        }
        ez_scheduler_retire(self, entry);
        ez_entry_unref(entry);
    }
}

void
ez_held_cancel_all(execz_scheduler *self, const char *message)
{
    g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);

    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        place->retry_at = EXECZ_TIME_NEVER;
        cancel_line(self, &place->held, message);
    }
    cancel_line(self, &self->blocked[0], message);
    cancel_line(self, &self->blocked[1], message);
    cancel_line(self, &self->gathering, message);
}
