/* SPDX-License-Identifier: MIT */
#include "executor/execute.h"

#include "base/fence.h"
#include "executor/output.h"

#include <pthread.h>

void
ez_execute_tell_started(ez_host *self, ez_run *run, const ez_run_time *at)
{
    const ez_executor_services *services = self->services;
    ez_started *started;

    if (!services->wants_started(services->wants_user)) {
        return;
    }
    started = g_new0(ez_started, 1);
    started->head.kind = EZ_HOST_STARTED;
    started->token = run->token;
    started->run_time = at->run_time;
    started->index = (uint32_t)(at - ez_run_times(run));
    started->at = at->started;
    ez_mailbox_push(services->mailbox, &started->head.message);
}

static void
log_body(void *user, uint32_t level, const char *message)
{
    const ez_run *run = user;
    const ez_log *log = ez_executor_log(run->executor);

    ez_log_write(log, MIN(level, EXECZ_LOG_ERROR), "task=%s %s", run->view->abi.id, message);
}

/* A timeout may be as long as it likes: EXECZ_TIME_NEVER and EXECZ_NO_DEADLINE are one number. */
static int64_t
after(int64_t start, execz_duration duration)
{
    int64_t end;

    return __builtin_add_overflow(start, duration, &end) ? EXECZ_NO_DEADLINE : end;
}

static void
call_body(ez_host *self, ez_run *run, const execz_waiter *waiter, ez_outcome *outcome)
{
    const ez_executor_services *services = self->services;
    execz_duration timeout = run->view->abi.timeout;
    ez_body body = {
        .task = &run->view->abi,
        .run = run->token,
        .run_time = outcome->run_time,
        .deadline = EXECZ_TIME_NEVER,
        .deadline_monotonic = EXECZ_NO_DEADLINE,
        .attempt = run->attempt,
        .executor = self->alias,
        .waiter = waiter,
        .interrupt = &run->interrupt,
        .resolved = &run->view->plan->resolved,
        .log = log_body,
        .log_user = run,
    };

    if (timeout > 0) {
        body.deadline = after(outcome->started, timeout);
        body.deadline_monotonic = after(ez_clock_monotonic(services->clock), timeout);
    }
    ez_execute_tell_started(self, run, outcome);
    services->body(services->body_user, &body, outcome);
}

static bool
is_too_late(const ez_run *run, execz_time run_time, execz_time now)
{
    execz_duration grace = run->view->abi.misfire_grace_time;

    return run->source == EXECZ_SOURCE_SCHEDULE && grace >= 0 && now - run_time > grace;
}

execz_time
ez_execute(ez_host *self, ez_run *run, ez_run_time *at, const execz_waiter *waiter, execz_time now)
{
    at->started = now;
    if (ez_interrupt_raised(&run->interrupt)) {
        ez_outcome_set(at, EXECZ_OUTCOME_CANCELLED, "cancelled before it started");
        at->started = 0;
    } else if (is_too_late(run, at->run_time, now)) {
        ez_outcome_set(at, EXECZ_OUTCOME_MISSED,
                       "its misfire grace time was over when a worker was free");
        at->started = 0;
    } else {
        call_body(self, run, waiter, at);
        now = ez_clock_now(self->services->clock);
    }
    at->finished = now;
    return now;
}

/* What the plugin has sent of the output of a run that was worked on; as a rule nothing. */
static void
settle_output(ez_host *self, ez_run *run)
{
    bool some = false;

    for (uint32_t i = 0; i < run->n; i++) {
        some |= __atomic_load_n(&ez_run_times(run)[i].output, __ATOMIC_RELAXED) != NULL;
    }
    if (some) {
        pthread_mutex_lock(&self->output_lock);
        ez_run_settle_output(run);
        pthread_mutex_unlock(&self->output_lock);
    }
}

/* ---- a thread at work --------------------------------------------------------------------------- */

typedef struct shift {
    ez_host *host;
    ez_tray *tray; /* NULL: on the loop, which pushes a run by itself and takes it soon */
    ez_run *run;   /* in hand; NULL: none */
    uint32_t at;   /* of its run times */
} shift;

static void
hand_over(shift *self)
{
    ez_run *run = self->run;

    self->run = NULL;
    settle_output(self->host, run);
    atomic_store_explicit(&run->head.done, 1, memory_order_release);
    if (self->tray == NULL) {
        ez_mailbox_push(self->host->services->mailbox, &run->head.message);
    } else {
        ez_tray_put(self->tray, &run->head.message);
    }
}

static void
end_shift(shift *self)
{
    if (self->tray != NULL) {
        ez_tray_close(self->tray);
    }
}

/* Runs when code of a body's has called pthread_exit(): the run ends here, for nobody else would
 * know of it. */
static void
end_with_thread(void *argument)
{
    shift *self = argument;
    execz_time now = ez_clock_now(self->host->services->clock);

    for (uint32_t i = self->at; self->run != NULL && i < self->run->n; i++) {
        ez_outcome *outcome = &ez_run_times(self->run)[i];

        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s",
                       i == self->at ? "the function has ended the thread that runs it, by "
                                       "pthread_exit(): it has to return instead"
                                     : "did not run: the run time before it has ended the thread");
        outcome->finished = now;
    }
    if (self->run != NULL) {
        hand_over(self);
    }
    end_shift(self);
}

static void
work(shift *self, execz_run (*next)(void *user, execz_run done), void *user)
{
    const ez_executor_services *services = self->host->services;
    execz_time now = ez_clock_now(services->clock);
    execz_run token, done = 0;

    while ((token = next(user, done)) != 0) {
        ez_run *run = ez_runs_begin_work(services->runs, token, self->host->executor);

        done = 0;
        if (run == NULL) {
            continue;
        }
        self->run = run;
        if (self->tray != NULL) {
            ez_fence_after_step();        /* the one that has begun this run */
            ez_tray_announce(self->tray); /* those before it: this one may take long */
        }
        for (uint32_t i = 0; i < run->n; i++) {
            self->at = i;
            ez_run_set_current(run, i);
            now = ez_execute(self->host, run, &ez_run_times(run)[i], NULL, now);
        }
        hand_over(self);
        done = token;
    }
}

void
ez_work(ez_host *self, execz_run (*next)(void *user, execz_run done), void *user)
{
    ez_mailbox *mailbox = self->services->mailbox;
    shift own = {.host = self,
                 .tray = ez_mailbox_is_receiver(mailbox) ? NULL : ez_tray_open(mailbox)};

    pthread_cleanup_push(end_with_thread, &own);
    work(&own, next, user);
    pthread_cleanup_pop(0);
    end_shift(&own);
}
