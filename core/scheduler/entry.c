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
        g_free(self->held);
        if (self->waiting != NULL) {
            g_queue_free_full(self->waiting, g_free);
        }
        g_free(self);
    }
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
append(ez_due *held, ez_due *due)
{
    for (uint32_t i = 0; i < due->n; i++) {
        if (held->n == EXECZ_RUN_TIMES_MAX) {
            count_missed(due, held->times[0]);
            memmove(held->times, held->times + 1, (held->n - 1) * sizeof held->times[0]);
            held->n--;
        }
        held->times[held->n++] = due->times[i];
    }
}

void
ez_entry_hold(ez_entry *self, ez_due *due, uint32_t source)
{
    if (due->n == 0) {
        return;
    }
    if (self->held == NULL) {
        self->held = g_memdup2(due, sizeof *due);
        ez_entry_note_waits(self);
        self->held->missed = 0; /* is the caller's to report */
        self->held_source = (uint8_t)source;
        return;
    }
    if (self->task->plan->coalesce == EXECZ_COALESCE_LATEST) {
        self->held->coalesced += due->coalesced + self->held->n + due->n - 1;
        self->held->times[0] = due->times[due->n - 1];
        self->held->n = 1;
    } else {
        append(self->held, due);
    }
}

ez_due *
ez_entry_take_held(ez_entry *self)
{
    ez_due *due = g_steal_pointer(&self->held);

    ez_entry_note_waits(self);
    return due;
}
