/* SPDX-License-Identifier: MIT */
/* Stops one run, wherever it is: in the queue, with a worker that has not begun it, or in its
 * hands. */
#include "pool.h"

#include <sys/socket.h>

/* The worker that has this run, and the index of its frame; NULL if none has. */
static worker *
find_locked(const pool *self, execz_run run, uint32_t *index_out)
{
    for (worker *at = self->workers; at != NULL; at = at->next) {
        for (uint32_t index = at->oldest; at->inflight > 0 && index != at->published; index++) {
            const execz_submission *submission = at->runs[index % WIRE_CELLS];

            if (submission != NULL && submission->run == run) {
                *index_out = index;
                return at;
            }
        }
    }
    return NULL;
}

/* The queued submission of this run, off the queue; NULL if it is not there. */
static execz_submission *
take_queued_locked(pool *self, execz_run run)
{
    uint32_t index = EXECZ_RUN_INDEX(run);
    execz_submission *submission = execz_base_submission(self->base, run);
    place *chunk = index < EXECZ_RUNS_MAX ? self->places[index / PLACES_CHUNK] : NULL;

    if (submission == NULL || chunk == NULL || !chunk[index % PLACES_CHUNK].queued ||
        submission->run != run) {
        return NULL;
    }
    (void)queue_take_locked(self, submission);
    return submission;
}

/* Tells the worker that the body in its hands is to stop, and when it will be killed. */
static void
interrupt_locked(worker *self, const execz_submission *submission)
{
    const execz_task *task = submission->task;
    wire_message message = {.kind = WIRE_CANCEL, .value = submission->run};
    int64_t slack = task->kind == EXECZ_TASK_COMMAND ? EXECZ_SECOND : 100 * EXECZ_MILLISECOND;
    int64_t end;

    (void)wire_send(self->socket, &message, NULL, 0, MSG_DONTWAIT);
    if (__builtin_add_overflow(pool_now() + slack, task->kill_grace, &end)) {
        end = INT64_MAX;
    }
    if (end < self->kill_at) {
        self->kill_at = end;
        self->kill_reason = KILLED_CANCELLED;
    }
    pool_wake_locked(self->pool);
}

/* Whether this is option cancel_futures, and the run has begun so lately that the base did not know:
 * then it goes on. */
static int
is_spared(const execz_base *base, const execz_submission *submission)
{
    return base->cancel_futures == 1 && !__atomic_load_n(&submission->started, __ATOMIC_ACQUIRE) &&
           __atomic_load_n(&base->stopping, __ATOMIC_ACQUIRE) &&
           !__atomic_load_n(&base->cancelling, __ATOMIC_ACQUIRE);
}

void
run_cancel(execz_base *base, execz_run run)
{
    pool *self = (pool *)base->self;
    wakes due = {.n = 0};
    uint32_t index = 0;
    execz_submission *taken;
    worker *with;

    pthread_mutex_lock(&self->lock);
    taken = take_queued_locked(self, run);
    with = taken != NULL ? NULL : find_locked(self, run, &index);
    if (with != NULL) {
        execz_submission *submission = with->runs[index % WIRE_CELLS];

        if (worker_retract_locked(with, index)) {
            taken = submission;
            dispatch_more_locked(with, &due);
        } else if (!is_spared(base, submission)) {
            interrupt_locked(with, submission);
        }
    }
    pthread_mutex_unlock(&self->lock);
    wakes_deliver(&due);
    if (taken != NULL) {
        run_finish_cancelled(self, taken);
    }
}
