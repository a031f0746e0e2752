/* SPDX-License-Identifier: MIT */
/* What an end costs: the one run whose body had begun, and nothing else.
 *
 * A worker goes in two steps.  It is DYING as soon as its socket is closed, it was killed, or it
 * has left: what it had not begun goes back to the queue, and its place is free for another.  It is
 * gone when the zygote has reaped it and said how it ended, which is how its last run ended. */
#include "pool.h"
#include "sweep.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define HOLD_FIRST (100 * EXECZ_MILLISECOND)
#define HOLD_MOST (30 * EXECZ_SECOND)

/* ---- the first step ------------------------------------------------------------------------- */

/* A run that was reserved and never loaded. */
static void
unload_locked(worker *self)
{
    execz_submission *submission = self->runs[self->published % WIRE_CELLS];

    if (self->loading) {
        self->loading = 0;
        self->inflight--;
        self->pool->n_busy -= self->inflight == 0;
        self->runs[self->published % WIRE_CELLS] = NULL;
        queue_push_back_locked(self->pool, submission);
    }
}

/* Whether it has not become what it was forked for. */
static int
is_unborn_locked(const worker *self)
{
    uint32_t enough = self->spare ? WIRE_PREPARED : WIRE_TAKES;

    return self->state == WORKER_STARTING && atomic_load(&self->ring->ready) < enough;
}

static void
leave_locked(worker *self)
{
    int64_t end = pool_now() + EXECZ_SECOND; /* in case it does not leave by itself */
    pool *owner = self->pool;

    self->unborn = is_unborn_locked(self);
    dispatch_not_idle_locked(self);
    if (owner->spare == self) {
        owner->spare = NULL;
    }
    owner->n_workers -= !self->spare;
    owner->n_starting -= !self->spare && self->state == WORKER_STARTING;
    self->state = WORKER_DYING;
    if (self->kill_at > end) {
        self->kill_at = end;
        self->kill_reason = KILLED_SHUTDOWN;
    }
    unload_locked(self);
    dispatch_take_back_locked(self);
}

void
death_begin(worker *self, uint32_t reason)
{
    pool *owner = self->pool;
    wakes due = {.n = 0};

    pthread_mutex_lock(&owner->lock);
    if (self->state != WORKER_DYING) {
        leave_locked(self);
        spare_promote_locked(owner, &due);
        dispatch_locked(owner, &due);
    }
    if (reason != KILLED_NOT) {
        worker_kill_locked(self, reason);
    }
    pthread_mutex_unlock(&owner->lock);
    wakes_deliver(&due);
}

/* ---- what the last run is told -------------------------------------------------------------- */

/* How a process ended, in words. */
static void
describe_end(int status, char *text, size_t size)
{
    const char *name;

    if (WIFSIGNALED(status)) {
        name = sigdescr_np(WTERMSIG(status));
        (void)snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(status),
                       name == NULL ? "real-time signal" : name);
    } else {
        (void)snprintf(text, size, "ended by exit with status %d", WEXITSTATUS(status));
    }
}

/* Whether code of a function's has ended the main thread, and so its worker. */
static int
is_headless(const worker *self, int status)
{
    return WIFEXITED(status) ? atomic_load(&self->ring->thread_ended) != 0
                             : self->killed == KILLED_HEADLESS && WTERMSIG(status) == SIGKILL;
}

static void
describe_headless(const worker *self, char *text, size_t size)
{
    (void)snprintf(text, size,
                   "the function has ended the thread that runs it, by pthread_exit() or the exit "
                   "system call, and with it its worker (pid %d): it has to return instead",
                   (int)self->pid);
}

static void
describe_killed(const worker *self, const execz_task *task, int status, char *text, size_t size)
{
    double grace = (double)task->kill_grace / 1e9, timeout = (double)task->timeout / 1e9;
    char end[80];

    if (is_headless(self, status)) {
        describe_headless(self, text, size);
        return;
    }
    describe_end(status, end, sizeof end);
    switch (self->killed) {
    case KILLED_TIMEOUT:
        (void)snprintf(text, size,
                       "timed out after %gs; it did not stop within %gs, so its worker was killed",
                       timeout, grace);
        break;
    case KILLED_CANCELLED:
        (void)snprintf(text, size,
                       "cancelled; it did not stop within %gs, so its worker was killed", grace);
        break;
    case KILLED_STOPPED:
        (void)snprintf(text, size,
                       "its worker (pid %d) was stopped by a signal and not continued, so it was "
                       "killed",
                       (int)self->pid);
        break;
    case KILLED_BROKEN:
        (void)snprintf(text, size,
                       "the answers of its worker (pid %d) made no sense, so it was killed: "
                       "something in it writes to memory that it does not own",
                       (int)self->pid);
        break;
    default:
        (void)snprintf(text, size, "worker %s (pid %d)%s", end, (int)self->pid,
                       WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                           ? "; if nobody did that, the system was out of memory"
                           : "");
    }
}

static uint32_t
outcome_of(const worker *self)
{
    return self->killed == KILLED_TIMEOUT     ? EXECZ_OUTCOME_TIMEOUT
           : self->killed == KILLED_CANCELLED ? EXECZ_OUTCOME_CANCELLED
           : self->killed == KILLED_BROKEN    ? EXECZ_OUTCOME_LOST
                                              : EXECZ_OUTCOME_ERROR;
}

/* Ends what self had begun, with the given reason. */
static void
finish_begun(worker *self, uint32_t index, execz_submission *submission, execz_result *result)
{
    const execz_host *host = self->pool->host;

    result->size = sizeof *result;
    result->run_time = submission_run_time(submission);
    result->finished = host->now(host, EXECZ_CLOCK_REAL);
    if (self->begun != index + 1) {
        (void)host->started(host, submission->run, result->run_time);
    }
    run_finish(self->pool, submission, result);
}

/* The oldest run without a result, which is the dying worker's no more; NULL if there is none. */
static execz_submission *
take_begun(worker *self, uint32_t *index_out)
{
    pool *owner = self->pool;
    execz_submission *submission = NULL;

    pthread_mutex_lock(&owner->lock);
    worker_skip_locked(self);
    if (self->oldest != self->published) {
        *index_out = self->oldest;
        submission = self->runs[self->oldest % WIRE_CELLS];
        self->runs[self->oldest % WIRE_CELLS] = NULL;
        self->inflight--;
        owner->n_busy -= self->inflight == 0;
    }
    pthread_mutex_unlock(&owner->lock);
    return submission;
}

/* ---- the second step ------------------------------------------------------------------------ */

static void
remove_worker(worker *self)
{
    pool *owner = self->pool;
    worker **at = &owner->workers;

    pthread_mutex_lock(&owner->lock);
    while (*at != self) {
        at = &(*at)->next;
    }
    *at = self->next;
    pthread_mutex_unlock(&owner->lock);
    worker_free(self);
}

/* Tells why there is no worker, unless it or the zygote has. */
static void
tell_unborn(const worker *self, int status)
{
    char text[256];

    if (!self->unborn || self->told) {
        return;
    }
    if (is_headless(self, status)) {
        self->pool->unusable = 1;
        describe_headless(self, text, sizeof text);
    } else {
        describe_end(status, text, sizeof text);
    }
    death_unborn(self->pool, text);
}

void
death_complete(worker *self, const wire_message *exited)
{
    execz_submission *submission;
    char text[256];
    uint32_t index = 0;

    (void)worker_receive(self); /* it may have said why */
    death_begin(self, KILLED_NOT);
    tell_unborn(self, exited->status);
    results_collect(self, RESULTS_ALL);
    while ((submission = take_begun(self, &index)) != NULL) {
        execz_result result = {
            .outcome = outcome_of(self),
            .exit_status = WIFEXITED(exited->status) ? WEXITSTATUS(exited->status) : -1,
            .signal = WIFSIGNALED(exited->status) ? WTERMSIG(exited->status) : 0,
            .message = text,
            .cpu_user = exited->cpu_user,
            .cpu_system = exited->cpu_system,
            .max_rss = exited->max_rss,
        };

        describe_killed(self, submission->task, exited->status, text, sizeof text);
        finish_begun(self, index, submission, &result);
    }
    remove_worker(self);
}

/* ---- workers that never were ---------------------------------------------------------------- */

void
death_unborn(pool *self, const char *why)
{
    int64_t hold = HOLD_FIRST, now = pool_now();

    pthread_mutex_lock(&self->lock);
    if (now < self->hold_until) { /* it was forked with the one that has failed already */
        pthread_mutex_unlock(&self->lock);
        return;
    }
    for (uint32_t i = 0; i < self->failures && hold < HOLD_MOST; i++) {
        hold *= 2;
    }
    hold = hold < HOLD_MOST ? hold : HOLD_MOST;
    self->failures++;
    (void)snprintf(self->trouble, sizeof self->trouble, "%s", why);
    self->hold_until = now + hold;
    pthread_mutex_unlock(&self->lock);
    execz_base_log(self->base, EXECZ_LOG_ERROR,
                   "a worker could not be started: %s; trying again in %gs", why,
                   (double)hold / 1e9);
}

/* ---- the zygote ----------------------------------------------------------------------------- */

/* All at once, so that none begins what another had to give back. */
static void
kill_all(pool *self)
{
    pthread_mutex_lock(&self->lock);
    for (worker *at = self->workers; at != NULL; at = at->next) {
        if (at->state != WORKER_DYING) {
            leave_locked(at);
        }
        worker_kill_locked(at, KILLED_SHUTDOWN);
    }
    pthread_mutex_unlock(&self->lock);
}

/* Does for a dead worker what the zygote does else: its end is awaited, which the kernel brings
 * about at once, and its command's processes are killed. */
static void
bury(worker *self)
{
    struct pollfd end = {.fd = self->pidfd, .events = POLLIN};
    execz_run command;

    if (self->pidfd >= 0) {
        (void)poll(&end, 1, 1000);
    }
    command = atomic_load(&self->ring->command);
    if (command != 0) {
        sweep_run(self->mark, command);
    }
    results_collect(self, RESULTS_ALL);
}

static void
lose_worker(worker *self, const char *why)
{
    execz_submission *submission;
    uint32_t index = 0;

    bury(self);
    while ((submission = take_begun(self, &index)) != NULL) {
        execz_result result = {.outcome = EXECZ_OUTCOME_LOST, .exit_status = -1, .message = why};

        finish_begun(self, index, submission, &result);
    }
    remove_worker(self);
}

void
death_of_zygote(pool *self, int status)
{
    char end[80], why[256];

    describe_end(status, end, sizeof end);
    (void)snprintf(why, sizeof why,
                   "the process that starts the pool's workers (pid %d) was %s, and its workers "
                   "died with it",
                   (int)self->zygote_pid, end);
    execz_base_log(self->base, EXECZ_LOG_ERROR, "%s; all are replaced", why);
    death_of_all(self, why);
}

void
death_of_all(pool *self, const char *why)
{
    kill_all(self);
    while (self->workers != NULL) {
        lose_worker(self->workers, why);
    }
}
