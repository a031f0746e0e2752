/* SPDX-License-Identifier: MIT */
#include "executor/execute.h"

void
ez_execute_tell_started(ez_host *self, ez_run *run, execz_time run_time, execz_time at)
{
    const ez_executor_services *services = self->services;
    ez_started *started;

    if (!services->wants_started(services->wants_user)) {
        return;
    }
    started = g_new0(ez_started, 1);
    started->head.kind = EZ_HOST_STARTED;
    started->token = run->token;
    started->run_time = run_time;
    started->at = at;
    ez_mailbox_push(services->mailbox, &started->head.message);
}

static void
log_body(void *user, uint32_t level, const char *message)
{
    const ez_run *run = user;
    const ez_log *log = ez_executor_log(run->executor);

    ez_log_write(log, MIN(level, EXECZ_LOG_ERROR), "task=%s %s", run->task->abi.id, message);
}

/* A timeout may be as long as it likes: EXECZ_TIME_NEVER and EXECZ_NO_DEADLINE are one number. */
static int64_t
after(int64_t start, execz_duration duration)
{
    int64_t end;

    return __builtin_add_overflow(start, duration, &end) ? EXECZ_NO_DEADLINE : end;
}

static void
call_body(ez_host *self, ez_run *run, execz_time run_time, const execz_waiter *waiter,
          ez_outcome *outcome)
{
    const ez_executor_services *services = self->services;
    execz_duration timeout = run->task->abi.timeout;
    ez_body body = {
        .task = &run->task->abi,
        .run = run->token,
        .run_time = run_time,
        .deadline = EXECZ_TIME_NEVER,
        .deadline_monotonic = EXECZ_NO_DEADLINE,
        .attempt = run->attempt,
        .executor = self->alias,
        .waiter = waiter,
        .interrupt = &run->interrupt,
        .log = log_body,
        .log_user = run,
    };

    if (timeout > 0) {
        body.deadline = after(outcome->started, timeout);
        body.deadline_monotonic = after(ez_clock_monotonic(services->clock), timeout);
    }
    ez_execute_tell_started(self, run, run_time, outcome->started);
    services->body(services->body_user, &body, outcome);
}

static bool
is_too_late(const ez_run *run, execz_time run_time, execz_time now)
{
    execz_duration grace = run->task->abi.misfire_grace_time;

    return run->source == EXECZ_SOURCE_SCHEDULE && grace >= 0 && now - run_time > grace;
}

void
ez_execute(ez_host *self, ez_run *run, ez_run_time *at, const execz_waiter *waiter)
{
    const ez_clock *clock = self->services->clock;
    ez_outcome *outcome = &at->outcome;

    outcome->run_time = at->time;
    outcome->exit_status = -1;
    outcome->started = ez_clock_now(clock);
    if (ez_interrupt_raised(&run->interrupt)) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, "cancelled before it started");
        outcome->started = 0;
    } else if (is_too_late(run, at->time, outcome->started)) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_MISSED,
                       "its misfire grace time was over when a worker was free");
        outcome->started = 0;
    } else {
        call_body(self, run, at->time, waiter, outcome);
    }
    outcome->finished = ez_clock_now(clock);
}
