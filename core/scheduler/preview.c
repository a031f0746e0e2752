/* SPDX-License-Identifier: MIT */
/* What is ahead of a task. */
#include "base/error.h"
#include "scheduler/modify.h"
#include "scheduler/pause.h"

#include <execz/query.h>

/* Searches that end early before a preview is as complete as it gets. */
enum { SEARCHES_MAX = 1000 };

/* The schedule of a task: from when on it has which run times. */
typedef struct schedule {
    ez_task *task;       /* a reference, as the next */
    ez_trigger *trigger; /* NULL: nobody has that task */
    execz_time from;
} schedule;

static void
schedule_clear(schedule *self)
{
    ez_task_unref(self->task);
    ez_trigger_unref(self->trigger);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(schedule, schedule_clear)

/* Before the scheduler has ever started, the schedule is as if it did now. */
static execz_status
find_schedule(execz_scheduler *self, const char *id, schedule *out, execz_error *err)
{
    execz_time now = ez_clock_now(self->clock);
    const ez_pause *pause;
    ez_entry *entry;

    pthread_mutex_lock(&self->lock);
    entry = ez_scheduler_find_entry_locked(self, id, err);
    if (entry != NULL) {
        pause = ez_pause_find_locked(self, entry);
        out->task = ez_task_ref(ez_modify_newest_locked(self, entry));
        out->trigger = entry->trigger == NULL ? NULL : ez_trigger_ref(entry->trigger);
        out->from = entry->trigger == NULL ? now : entry->fire;
        if (pause != NULL) {
            out->from = pause->until == EXECZ_TIME_NEVER ? now : pause->until;
        }
    }
    pthread_mutex_unlock(&self->lock);
    if (entry == NULL) {
        return EXECZ_E_NOT_FOUND;
    }
    if (out->trigger == NULL) {
        out->trigger = ez_task_make_trigger(out->task, now, err);
    }
    return out->trigger == NULL ? EXECZ_E_PARSE : EXECZ_OK;
}

static size_t
fill(const schedule *ahead, execz_time *times_out, size_t n)
{
    execz_time after = ahead->from == EXECZ_TIME_NEVER ? ahead->from : ahead->from - 1;
    size_t found = 0;

    for (int unsure = 0; found < n && after != EXECZ_TIME_NEVER && unsure < SEARCHES_MAX;) {
        ez_found next = ez_trigger_find_next(ahead->trigger, after);

        if (next.sure && next.time != EXECZ_TIME_NEVER) {
            times_out[found++] = ez_due_time(ahead->task, ahead->trigger, next.time);
        }
        unsure += !next.sure;
        after = next.sure ? next.time : next.time - 1;
    }
    return found;
}

execz_status
execz_scheduler_preview_task(execz_scheduler *self, const char *id, execz_time *times_out, size_t n,
                             size_t *n_out, execz_error *err)
{
    g_auto(schedule) ahead = {0};
    execz_status status;

    if (n > EXECZ_PREVIEW_MAX) {
        return ez_fail(err, EXECZ_E_LIMIT,
                       "a preview of %zu run times is too long; the limit is %u", n,
                       EXECZ_PREVIEW_MAX);
    }
    if (n_out == NULL || (times_out == NULL && n > 0)) {
        return ez_fail(err, EXECZ_E_INVAL, "a preview needs room for run times and their number");
    }
    status = find_schedule(self, id, &ahead, err);
    if (status == EXECZ_OK) {
        *n_out = fill(&ahead, times_out, n);
    }
    return status;
}

execz_trigger *
execz_scheduler_get_trigger(execz_scheduler *self, const char *id, execz_error *err)
{
    g_auto(schedule) ahead = {0};

    if (find_schedule(self, id, &ahead, err) != EXECZ_OK) {
        return NULL;
    }
    return (execz_trigger *)g_steal_pointer(&ahead.trigger); /* what a program holds is that */
}
