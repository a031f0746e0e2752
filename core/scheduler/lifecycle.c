/* SPDX-License-Identifier: MIT */
/* One pass of the loop, run, shutdown. */
#include "base/error.h"
#include "base/identity.h"
#include "scheduler/arrivals.h"
#include "scheduler/background.h"
#include "scheduler/cancel.h"
#include "scheduler/dispatch.h"
#include "scheduler/held.h"
#include "scheduler/journal.h"
#include "scheduler/modify.h"
#include "scheduler/news.h"
#include "scheduler/overlap.h"
#include "scheduler/pause.h"
#include "scheduler/removal.h"
#include "scheduler/result.h"
#include "scheduler/retry.h"
#include "scheduler/scheduler.h"
#include "scheduler/shutdown.h"
#include "scheduler/start.h"
#include "scheduler/tell.h"
#include "scheduler/upgrade.h"

int
execz_scheduler_fd(const execz_scheduler *self)
{
    return self->loop.epoll;
}

void
ez_scheduler_cancel_manual(execz_scheduler *self)
{
    for (;;) {
        g_autofree ez_manual *manual = NULL;

        pthread_mutex_lock(&self->lock);
        manual = g_queue_pop_head(&self->manual);
        pthread_mutex_unlock(&self->lock);
        if (manual == NULL) {
            return;
        }
        ez_tell_unsubmitted(
            self, EXECZ_EVENT_TASK_CANCELLED, manual->entry,
            &(ez_unsubmitted){.source = EXECZ_SOURCE_MANUAL, .times = &manual->time, .n = 1},
            "the scheduler is shutting down");
        ez_entry_unref(manual->entry);
    }
}

/* False if this thread dispatches already. */
static bool
become_loop(execz_scheduler *self)
{
    if (atomic_load(&self->dispatching) && ez_scheduler_is_loop(self)) {
        return false;
    }
    atomic_store(&self->loop_thread, ez_identity());
    atomic_store(&self->dispatching, true);
    return true;
}

/* What there may be to do in a pass besides results and what is due: nearly always nothing. */
typedef struct errands {
    uint32_t state;
    bool cancels, news, executors, leaving, pauses, plugins;
} errands;

static errands
list_errands(execz_scheduler *self)
{
    errands found;

    pthread_mutex_lock(&self->lock);
    found = (errands){
        .state = self->state,
        .cancels = self->cancels.length > 0,
        .news = self->news.length > 0,
        .executors = self->new_executors.length > 0,
        .leaving = self->leaving.length > 0,
        .plugins = ez_upgrade_is_due(self),
        .pauses = self->resumed.length > 0 || ez_pause_next_locked(self) != EXECZ_TIME_NEVER,
    };
    pthread_mutex_unlock(&self->lock);
    return found;
}

/* Whether something was asked for that this pass has gone by: of its ring the pass may have heard,
 * as it takes results in its midst. */
static bool
is_asked_locked(const execz_scheduler *self)
{
    if (self->state == EXECZ_STATE_STOPPED) {
        return false;
    }
    if (self->manual.length > 0 || self->cancels.length > 0 || self->news.length > 0) {
        return true;
    }
    return self->state != EXECZ_STATE_SHUTTING_DOWN &&
           (self->new_executors.length > 0 || self->resumed.length > 0 ||
            ez_arrivals_any(self->arrivals));
}

/* Has the timers wake the loop for what comes next, through `set`; true if that has come already, then they
 * are let be. */
static bool
arm(execz_scheduler *self, void (*set)(ez_loop *loop, execz_time wall, int64_t monotonic))
{
    execz_time wall = EXECZ_TIME_NEVER;
    int64_t monotonic = EXECZ_TIME_NEVER;
    uint32_t state;
    bool more, leaving;

    pthread_mutex_lock(&self->lock);
    state = self->state;
    leaving = self->leaving.length > 0;
    if (state == EXECZ_STATE_RUNNING) {
        (void)ez_heap_first(&self->due, &wall);
    }
    if (state == EXECZ_STATE_RUNNING || state == EXECZ_STATE_PAUSED) {
        wall = MIN(wall, ez_pause_next_locked(self));
    }
    more = is_asked_locked(self) ||
           (state == EXECZ_STATE_RUNNING && !g_queue_is_empty(&self->ready)) ||
           (wall != EXECZ_TIME_NEVER && wall <= ez_clock_now(self->clock));
    pthread_mutex_unlock(&self->lock);
    if (more) {
        return true;
    }
    if (state == EXECZ_STATE_RUNNING || state == EXECZ_STATE_PAUSED) {
        monotonic = ez_held_next_retry(self);
        monotonic = MIN(monotonic, ez_changes_next_try(self));
        monotonic = MIN(monotonic, leaving ? ez_removal_next_step(self) : EXECZ_TIME_NEVER);
        monotonic = MIN(monotonic, self->holding ? EXECZ_TIME_NEVER : ez_retry_next(self));
    } else if (state == EXECZ_STATE_SHUTTING_DOWN) {
        monotonic = ez_shutdown_next_step(self);
    }
    set(&self->loop, wall, monotonic);
    return false;
}

static void
flush_executors(execz_scheduler *self)
{
    g_autoptr(GPtrArray) places = NULL;

    if (!self->unflushed) {
        return;
    }
    self->unflushed = false;
    places = ez_scheduler_list_places(self);
    for (guint i = 0; i < places->len; i++) {
        ez_executor_flush(((ez_executor_place *)places->pdata[i])->executor);
    }
}

/* What is to be done while it is running or paused. */
static void
work(execz_scheduler *self, const errands *todo)
{
    if (todo->executors) {
        ez_start_new_executors(self);
    }
    if (todo->plugins) {
        ez_upgrade_step(self);
    }
    if (todo->leaving) {
        ez_removal_step(self);
    }
    if (todo->pauses) {
        ez_pause_step(self);
    }
    if (!self->holding) {
        ez_retry_submit_due(self);
        ez_overlap_start(self);
    }
    ez_dispatch_due(self);
    ez_held_recheck(self);
    ez_held_retry(self); /* last: what has come to stand in line meanwhile is tried, too */
}

/* Everything there is to do. */
static void
pass(execz_scheduler *self)
{
    errands todo = list_errands(self);

    self->recent = NULL; /* it may be gone */
    ez_held_set_holding(self, todo.state == EXECZ_STATE_PAUSED);
    if (todo.cancels) {
        ez_cancel_step(self); /* before results: what is cancelled is not attempted again */
    }
    (void)ez_result_take(self);
    todo = list_errands(self); /* with what was asked for by a ring that was heard just now */
    if (todo.news) {
        ez_scheduler_commit(self); /* what is told of tasks is safe */
        ez_news_step(self);
        todo = list_errands(self); /* listeners may have asked for something, too */
    }
    switch (todo.state) {
    case EXECZ_STATE_RUNNING:
    case EXECZ_STATE_PAUSED:
        work(self, &todo);
        break;
    case EXECZ_STATE_SHUTTING_DOWN:
        ez_shutdown_step(self);
        break;
    default:
        ez_removal_step(self);
    }
    ez_scheduler_commit(self); /* what waits from now on, and ends that are known already */
    ez_bus_flush(self->bus);
    flush_executors(self);
}

static void
look(execz_scheduler *self)
{
    if (ez_loop_look(&self->loop)) {
        ez_log_write(&self->log, EXECZ_LOG_INFO,
                     "the clock was set; the wait for the next run is measured again");
    }
}

/* One pass for somebody who will wait until the descriptor is readable.  Whatever there is to do makes it
 * so, and nearly always that can be told without asking the system. */
static void
dispatch_once(execz_scheduler *self)
{
    bool quiet = !ez_mailbox_rings(&self->mailbox) && !ez_loop_is_due(&self->loop, self->clock);

    if (quiet && ez_loop_pass_by(&self->loop)) {
        return;
    }
    look(self);
    pass(self);
    if (arm(self, ez_loop_arm)) {
        ez_mailbox_ring(&self->mailbox);
    }
    ez_mailbox_sleep(&self->mailbox);
}

/* One pass for a thread that has nothing else to look after; false if there is more to do, and no
 * need to wait for it. */
static bool
dispatch_until_idle(execz_scheduler *self)
{
    if (!ez_loop_pass_by(&self->loop)) {
        look(self);
    }
    pass(self);
    if (arm(self, ez_loop_arm_ahead)) {
        return false;
    }
    ez_lingerers_wait(&self->lingerers, &self->mailbox, ez_runs_count(self->runs));
    ez_mailbox_sleep(&self->mailbox);
    return true;
}

void
execz_scheduler_dispatch(execz_scheduler *self)
{
    if (become_loop(self)) { /* else a listener has called it: the pass it is in goes on */
        dispatch_once(self);
        atomic_store(&self->dispatching, false);
    }
}

static uint64_t
count_stops(execz_scheduler *self)
{
    uint64_t stops;

    pthread_mutex_lock(&self->lock);
    stops = self->n_stops;
    pthread_mutex_unlock(&self->lock);
    return stops;
}

void
ez_scheduler_run_loop(execz_scheduler *self)
{
    uint64_t stops = count_stops(self);
    bool idle = true;

    /* Whoever waits for the end may start it again at once: that is for another loop. */
    while (ez_scheduler_state(self) != EXECZ_STATE_STOPPED && count_stops(self) == stops) {
        if (idle) {
            ez_loop_wait(&self->loop);
        }
        if (become_loop(self)) {
            idle = dispatch_until_idle(self);
            atomic_store(&self->dispatching, false);
        }
    }
    if (!idle) {
        ez_mailbox_ring(&self->mailbox);
    }
}

execz_status
execz_scheduler_run(execz_scheduler *self, execz_error *err)
{
    if (atomic_load(&self->dispatching) && ez_scheduler_is_loop(self)) {
        return ez_fail(err, EXECZ_E_STATE, "a listener cannot run the loop that it is called by");
    }
    if (ez_scheduler_state(self) == EXECZ_STATE_STOPPED) {
        execz_status status = execz_scheduler_start(self, err);

        if (status != EXECZ_OK) {
            return status;
        }
    }
    if (ez_background_is_elsewhere(self)) {
        return ez_fail(err, EXECZ_E_STATE, "the scheduler runs in the background already");
    }
    ez_scheduler_run_loop(self);
    return EXECZ_OK;
}

static void
wait_stopped(execz_scheduler *self, uint64_t stops)
{
    pthread_mutex_lock(&self->lock);
    while (self->n_stops == stops) {
        pthread_cond_wait(&self->stopped, &self->lock);
    }
    pthread_mutex_unlock(&self->lock);
}

execz_status
execz_scheduler_shutdown(execz_scheduler *self, uint32_t flags, execz_duration timeout,
                         execz_error *err)
{
    int64_t now = ez_clock_monotonic(self->clock);
    uint64_t stops;
    bool running, inner;

    if ((flags & EXECZ_SHUTDOWN_WAIT) != 0 && ez_scheduler_is_loop(self)) {
        return ez_fail(err, EXECZ_E_STATE, "the loop cannot wait for its own end");
    }
    pthread_mutex_lock(&self->lock);
    stops = self->n_stops;
    running = self->state != EXECZ_STATE_STOPPED;
    inner = running && self->n_starts > 1;
    if (inner) {
        self->n_starts--;
    } else if (running) {
        self->n_starts = 0;
        self->state = EXECZ_STATE_SHUTTING_DOWN;
        self->shutdown_flags |= flags;
        self->n_cancels += (flags & EXECZ_SHUTDOWN_CANCEL) != 0;
        if (timeout >= 0 && timeout < self->shutdown_deadline - now) {
            self->shutdown_deadline = now + timeout;
        }
    }
    pthread_mutex_unlock(&self->lock);
    if (!running) {
        return ez_fail(err, EXECZ_E_STATE, "the scheduler does not run");
    }
    if (inner) {
        return EXECZ_OK;
    }
    ez_mailbox_ring(&self->mailbox);
    if ((flags & EXECZ_SHUTDOWN_WAIT) != 0) {
        wait_stopped(self, stops);
        ez_background_join(self);
    }
    return EXECZ_OK;
}
