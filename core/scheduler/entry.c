/* SPDX-License-Identifier: MIT */
#include "scheduler/entry.h"

#include <string.h>

ez_entry *
ez_entry_new(ez_task *task)
{
    ez_entry *self = g_new0(ez_entry, 1);

    self->task = task;
    self->references = 1;
    self->fire = EXECZ_TIME_NEVER;
    self->sure = true;
    return self;
}

ez_entry *
ez_entry_ref(ez_entry *self)
{
    atomic_fetch_add_explicit(&self->references, 1, memory_order_relaxed);
    return self;
}

void
ez_entry_unref(ez_entry *self)
{
    if (atomic_fetch_sub_explicit(&self->references, 1, memory_order_acq_rel) == 1) {
        ez_task_unref(self->task);
        ez_trigger_unref(self->trigger);
        g_free(self->blocked);
        while (self->held != NULL) {
            ez_due due;

            ez_line_remove(&self->held->waiter);
            ez_entry_let_go(self, self->held, &due);
        }
        if (self->waiting != NULL) {
            g_queue_free_full(self->waiting, g_free);
        }
        g_free(self);
    }
}

const char *
ez_entry_name(const void *entry)
{
    return ((const ez_entry *)entry)->task->id;
}

static void
unref(void *entry)
{
    ez_entry_unref(entry);
}

GPtrArray *
ez_entries_new(void)
{
    return g_ptr_array_new_with_free_func(unref);
}

execz_status
ez_entry_begin_locked(ez_entry *self, execz_time now, execz_error *err)
{
    ez_trigger *trigger;

    if (self->trigger != NULL) {
        return EXECZ_OK;
    }
    trigger = ez_task_make_trigger(self->task, now, err);
    if (trigger == NULL) {
        return EXECZ_E_PARSE;
    }
    ez_entry_restart_locked(self, trigger, now);
    return EXECZ_OK;
}

void
ez_entry_restart_locked(ez_entry *self, ez_trigger *trigger, execz_time now)
{
    ez_found found = ez_trigger_find_next(trigger, now - 1);

    ez_trigger_unref(self->trigger);
    self->trigger = trigger;
    if (found.time == EXECZ_TIME_NEVER) {
        (void)ez_trigger_last(trigger, now, &found.time); /* it is late, or missed */
    }
    self->fire = found.time;
    self->sure = found.sure;
}

void
ez_entry_resume_locked(ez_entry *self, execz_time from)
{
    ez_found found = ez_trigger_find_next(self->trigger, from - 1);

    self->fire = found.time;
    self->sure = found.sure;
}

bool
ez_entry_go_on_after_end_locked(ez_entry *self, execz_time end)
{
    ez_trigger *next;

    if (self->paused || self->fire != EXECZ_TIME_NEVER || self->trigger == NULL) {
        return false;
    }
    next = ez_trigger_after_end(self->trigger, end);
    if (next == NULL) {
        return false;
    }
    ez_trigger_unref(self->trigger);
    self->trigger = next;
    ez_entry_resume_locked(self, end);
    return self->fire != EXECZ_TIME_NEVER;
}

execz_time
ez_entry_due(const ez_entry *self)
{
    return self->sure ? ez_due_time(self->task, self->trigger, self->fire) : self->fire;
}

bool
ez_entry_has_future(const ez_entry *self)
{
    return self->paused || self->fire != EXECZ_TIME_NEVER ||
           (self->trigger != NULL && ez_trigger_at_shutdown(self->trigger));
}

/* Whoever has given a reference back has set the others before. */
bool
ez_entry_is_idle_locked(const ez_entry *self)
{
    return atomic_load_explicit(&self->references, memory_order_acquire) == 1 &&
           !ez_entry_waits(self) && self->blocked == NULL &&
           atomic_load_explicit(&self->instances, memory_order_relaxed) == 0;
}

void
ez_entry_collect_locked(ez_entry *self, execz_time now, ez_due *due_out)
{
    if (self->sure) {
        ez_due_collect(self->task, self->trigger, self->fire, now, due_out);
    } else {
        ez_due_search(self->task, self->trigger, self->fire, now, due_out);
    }
    self->fire = due_out->next;
    self->sure = due_out->sure;
}

static void
count_missed(ez_due *due, execz_time time)
{
    /* What was missed before, and told, is not the latest of these. */
    due->missed_last = due->missed == 0 ? time : MAX(due->missed_last, time);
    due->missed++;
}

/* Appends the times of due; where there are too many, the oldest give way. */
static void
append(ez_held *held, ez_due *due)
{
    uint32_t n = MIN(held->n + due->n, EXECZ_RUN_TIMES_MAX);
    uint32_t gone = held->n + due->n - n; /* none of due itself, which has room */

    for (uint32_t i = 0; i < gone; i++) {
        count_missed(due, held->times[i]);
    }
    held->n -= gone;
    memmove(held->times, held->times + gone, held->n * sizeof held->times[0]);
    held->times = g_renew(execz_time, held->times, n);
    memcpy(held->times + held->n, due->times, due->n * sizeof due->times[0]);
    held->n = n;
    held->coalesced += due->coalesced;
}

/* The latest takes the place of all others. */
static void
cover(ez_held *held, const ez_due *due)
{
    held->coalesced += due->coalesced + held->n + due->n - 1;
    held->times[0] = due->times[due->n - 1];
    held->n = 1;
}

static ez_held *
new_held(ez_entry *entry, const ez_due *due, uint32_t source)
{
    ez_held *self = g_new(ez_held, 1), **end = &entry->held;

    *self = (ez_held){
        .waiter = {.entry = entry, .since = due->times[0]},
        .source = source,
        .n = due->n,
        .waits = due->waits,
        .coalesced = due->coalesced,
        .times = g_memdup2(due->times, due->n * sizeof due->times[0]),
    };
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = self;
    ez_entry_note_waits(entry);
    return self;
}

ez_held *
ez_entry_find_held(const ez_entry *self, uint32_t source)
{
    ez_held *held = self->held;

    while (held != NULL && held->source != source) {
        held = held->next;
    }
    return held;
}

ez_held *
ez_entry_hold(ez_entry *self, ez_due *due, uint32_t source)
{
    ez_held *held = ez_entry_find_held(self, source);

    if (due->n == 0) {
        return held;
    }
    if (held == NULL) {
        return new_held(self, due, source);
    }
    if (self->task->plan->coalesce == EXECZ_COALESCE_LATEST) {
        cover(held, due);
    } else {
        append(held, due);
    }
    return held;
}

void
ez_entry_let_go(ez_entry *self, ez_held *held, ez_due *due_out)
{
    ez_held **at = &self->held;

    while (*at != held) {
        at = &(*at)->next;
    }
    *at = held->next;
    due_out->n = held->n;
    due_out->coalesced = held->coalesced;
    due_out->missed = 0;
    due_out->more = false;
    due_out->waits = held->waits;
    memcpy(due_out->times, held->times, held->n * sizeof held->times[0]);
    g_free(held->times);
    g_free(held);
    ez_entry_note_waits(self);
}
