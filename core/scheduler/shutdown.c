/* SPDX-License-Identifier: MIT */
/* Drain, then cancel, then give up:
 *
 *   begun      nothing is due any more; what was held back is cancelled
 *   last       tasks that are to run at shutdown are submitted once nothing else runs, unless the
 *              deadline has come before; if there are none, this is passed over
 *   closed     executors take nothing more
 *   cancelled  asked for, or the deadline came: executors cancel what they have, but one whose
 *              option overwrite_wait says so only at the deadline, or when asked once more.  Before
 *              the last tasks it is runs that are cancelled, so that executors take those still
 *   lost       the longest kill_grace and ten seconds later: what still runs is closed as LOST and
 *              its executor left behind
 *
 * Whenever no run is left, the executors are stopped and the scheduler is STOPPED. */
#include "scheduler/shutdown.h"

#include "scheduler/cancel.h"
#include "scheduler/held.h"
#include "scheduler/journal.h"
#include "scheduler/modify.h"
#include "scheduler/news.h"
#include "scheduler/overlap.h"
#include "scheduler/removal.h"
#include "scheduler/result.h"
#include "scheduler/retry.h"
#include "scheduler/submit.h"
#include "scheduler/tell.h"
#include "scheduler/upgrade.h"

static const int64_t lost_after = 10 * EXECZ_SECOND;
static const int64_t join_within = 5 * EXECZ_SECOND;

/* Whether the shutdown lets this executor finish its runs, though it was asked to cancel. */
static bool
is_spared(const execz_scheduler *self, const ez_executor *executor)
{
    return !self->shutdown.forced && ez_executor_overwrites_wait(executor);
}

static void
note_grace(void *user, ez_run *run)
{
    execz_duration *longest = user;

    *longest = MAX(*longest, ez_run_task(run)->plan->abi.kill_grace);
}

/* Who is being stopped has its kill_grace first. */
static void
await_until_lost(execz_scheduler *self, int64_t now)
{
    execz_duration grace = 0;

    ez_runs_foreach(self->runs, note_grace, &grace);
    if (__builtin_add_overflow(now + lost_after, grace, &self->shutdown.lost_at)) {
        self->shutdown.lost_at = EXECZ_NO_DEADLINE;
    }
}

static void
shut_executors_down(execz_scheduler *self, uint32_t flags, int64_t deadline)
{
    g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);

    for (guint i = 0; i < places->len; i++) {
        ez_executor *executor = ((ez_executor_place *)places->pdata[i])->executor;

        if (flags == 0 || !is_spared(self, executor)) {
            ez_executor_shutdown(executor, flags, deadline);
        }
    }
}

static void
stop_executors(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);
    int64_t deadline = ez_clock_monotonic(ez_clock_system()) + join_within;

    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        ez_upgrade_drop_next(self, place);
        (void)(place->abandoned || ez_executor_join(place->executor, deadline));
    }
    /* What threads have posted as their last act, before its owner is gone; and what that posts. */
    while (ez_result_take(self) && ez_clock_monotonic(ez_clock_system()) < deadline) {
    }
    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        ez_executor_stop(place->executor, deadline, place->abandoned);
        place->abandoned = false;
    }
    ez_result_take_last(self);
    ez_loop_unwatch_all(&self->loop);
}

static void
abandon_executors(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = ez_scheduler_list_places(self);

    for (guint i = 0; i < places->len; i++) {
        ez_executor_place *place = places->pdata[i];

        place->abandoned =
            *ez_executor_unfinished(place->executor) > 0 && !is_spared(self, place->executor);
    }
}

static bool
runs_last(const ez_entry *entry, const void *user)
{
    (void)user;
    return !entry->paused && entry->trigger != NULL && ez_trigger_at_shutdown(entry->trigger);
}

/* The tasks that are to run at shutdown, a reference each. */
static GPtrArray *
list_last(execz_scheduler *self)
{
    pthread_mutex_lock(&self->lock);
    ez_modify_apply_locked(self);
    pthread_mutex_unlock(&self->lock);
    return ez_scheduler_list_entries(self, runs_last, NULL);
}

static void
submit_last(execz_scheduler *self)
{
    g_autoptr(GPtrArray) entries = list_last(self);
    ez_due due = {.times = {ez_clock_now(self->clock)}, .n = 1};

    for (guint i = 0; self->durable && i < entries->len; i++) {
        ez_unsubmitted opened = {EXECZ_SOURCE_SCHEDULE, due.times, 1, 0, 1, 0};

        ez_journal_open(self, ((ez_entry *)entries->pdata[i])->task, &opened, false);
    }
    ez_scheduler_commit(self);
    for (guint i = 0; i < entries->len; i++) {
        ez_due one = due;

        if (!((ez_entry *)entries->pdata[i])->removed) { /* by a listener, meanwhile */
            (void)ez_submit(self, entries->pdata[i], &one, EXECZ_SOURCE_SCHEDULE);
        }
    }
}

static void
close_executors(execz_scheduler *self, uint32_t flags, int64_t deadline)
{
    self->shutdown.last = true;
    self->shutdown.closed = true;
    shut_executors_down(self, flags, deadline);
}

static bool
has_last(execz_scheduler *self)
{
    g_autoptr(GPtrArray) entries = list_last(self);

    return entries->len > 0;
}

static void
begin(execz_scheduler *self, int64_t deadline, bool forced)
{
    self->shutdown = (ez_shutdown){.begun = true, .lost_at = EXECZ_NO_DEADLINE};
    ez_news_step(self);
    ez_scheduler_cancel_manual(self);
    ez_held_cancel_all(self, "the scheduler is shutting down");
    ez_overlap_cancel_all(self, "the scheduler is shutting down");
    ez_retry_cancel_all(self, "the scheduler is shutting down");
    if (forced || !has_last(self)) {
        close_executors(self, 0, deadline);
    }
}

/* What waits for a place gets it when one of the others has ended; what is blocked waits in vain. */
static void
run_last(execz_scheduler *self, int64_t deadline)
{
    if (!self->shutdown.last) {
        self->shutdown.last = true;
        submit_last(self);
        (void)ez_result_take(self);
        /* They have until the timeout, or until they are cancelled in their turn. */
        self->shutdown.lost_at = EXECZ_NO_DEADLINE;
    }
    if (ez_runs_count(self->runs) == 0) {
        ez_held_cancel_all(self, "the scheduler is shutting down");
    }
    if (self->n_held == 0) {
        close_executors(self, 0, deadline);
    }
}

static void
cancel_run(void *user, ez_run *run)
{
    if (!is_spared(user, run->executor)) {
        ez_executor_cancel(run->executor, run);
    }
}

static void
cancel(execz_scheduler *self, int64_t now, int64_t deadline, bool forced)
{
    self->shutdown.cancelled = true;
    self->shutdown.forced = forced;
    await_until_lost(self, now);
    if (forced || self->shutdown.last) {
        close_executors(self, EXECZ_SHUTDOWN_CANCEL, deadline);
    } else {
        ez_runs_foreach(self->runs, cancel_run, self);
    }
}

static void
end(execz_scheduler *self)
{
    stop_executors(self);
    ez_removal_end_all(self);
    ez_news_step(self); /* by a listener, meanwhile */
    ez_cancel_forget(self);
    ez_scheduler_commit_last(self);
    self->shutdown.begun = false;
    ez_tell(self, EXECZ_EVENT_SCHEDULER_SHUTDOWN, NULL, NULL);
    ez_bus_flush(self->bus);
    ez_log_write(&self->log, EXECZ_LOG_INFO, "scheduler stopped");
    pthread_mutex_lock(&self->lock);
    self->state = EXECZ_STATE_STOPPED;
    self->n_stops++;
    pthread_cond_broadcast(&self->stopped);
    pthread_mutex_unlock(&self->lock);
}

void
ez_shutdown_step(execz_scheduler *self)
{
    int64_t now = ez_clock_monotonic(self->clock);
    int64_t deadline;
    uint32_t flags;
    bool forced;

    pthread_mutex_lock(&self->lock);
    flags = self->shutdown_flags;
    deadline = self->shutdown_deadline;
    forced = now >= deadline || self->n_cancels > 1;
    pthread_mutex_unlock(&self->lock);
    if (!self->shutdown.begun) {
        begin(self, deadline, forced);
    }
    if ((!self->shutdown.cancelled && ((flags & EXECZ_SHUTDOWN_CANCEL) != 0 || forced)) ||
        (!self->shutdown.forced && forced)) {
        cancel(self, now, deadline, forced);
    }
    (void)ez_result_take(self); /* what was cancelled has mostly ended by now */
    if (now >= self->shutdown.lost_at && ez_runs_count(self->runs) > 0) {
        abandon_executors(self);
        ez_result_give_up(self, "it did not end after the shutdown cancelled it");
        self->shutdown.lost_at = EXECZ_NO_DEADLINE; /* of those that were spared: when forced */
    }
    if (!self->shutdown.closed && (self->shutdown.last || ez_runs_count(self->runs) == 0)) {
        run_last(self, deadline);
    }
    if (ez_runs_count(self->runs) == 0) {
        end(self);
    }
}

int64_t
ez_shutdown_next_step(execz_scheduler *self)
{
    int64_t deadline;

    if (self->shutdown.forced) {
        return self->shutdown.lost_at;
    }
    /* What was asked for while the step was at work may have rung in vain: the step took the bell's
     * rings with the results. */
    pthread_mutex_lock(&self->lock);
    deadline = self->shutdown_deadline;
    if (self->shutdown.cancelled) {
        deadline = self->n_cancels > 1 ? 0 : MIN(deadline, self->shutdown.lost_at);
    } else if ((self->shutdown_flags & EXECZ_SHUTDOWN_CANCEL) != 0) {
        deadline = 0;
    }
    pthread_mutex_unlock(&self->lock);
    return deadline;
}
