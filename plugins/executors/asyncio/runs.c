/* SPDX-License-Identifier: MIT */
/* The executor: coroutines and commands on the event loop, everything else in its pool.
 *
 * A run that goes to the loop is given to it in one of two ways.  If the loop lives on the
 * scheduler's thread, which is the one that sends tasks, it waits there to begin.  If the loop has a
 * thread of its own, the run goes onto a stack of starting runs that the loop takes as a whole.  In
 * either case a stack has been reserved for it before it is accepted, so that a limit is an answer
 * to the scheduler and not a lost run.
 *
 * To cancel a run on the loop, the loop is sent its token, and looks whether the coroutine there was
 * for it still is.  A run in the pool is retracted, which the host refuses once it has begun. */
#include "asyncio.h"
#include "waiter.h"

#include <execz/sdk.h>

char runs_pooled;

void *
runs_user(execz_base *base, execz_run run)
{
    const execz_submission *submission = execz_base_submission(base, run);

    if (submission == NULL || __atomic_load_n(&submission->run, __ATOMIC_ACQUIRE) != run) {
        return NULL;
    }
    return __atomic_load_n(&submission->user, __ATOMIC_ACQUIRE);
}

static asyncio *
asyncio_of(loop *on)
{
    return (asyncio *)(void *)((char *)on - offsetof(asyncio, loop));
}

/* The body of each coroutine that is a run. */
static void
run_task(coroutine *self)
{
    execz_submission *run = self->owner;
    const execz_host *host = run->base->host;

    execz_submission_begin(run);
    for (uint32_t i = 0; i < run->n && !execz_submission_cancelled(run); i++) {
        (void)host->execute(host, run->run, run->times[i], &self->waiter, NULL);
        waiter_end_children(self);
    }
    if (execz_submission_cancelled(run)) {
        (void)host->interrupt(host, run->run); /* perhaps before who cancels it comes to it */
    }
    self->run = 0;
}

void
runs_end(loop *on, void *owner)
{
    const execz_submission *run = owner;
    const execz_host *host = run->base->host;

    if (run->task->kind == EXECZ_TASK_COMMAND) {
        atomic_fetch_sub(&asyncio_of(on)->commands, 1);
    }
    (void)host->finish(host, run->run, NULL, 0); /* this thread is the host's: no one to wait for */
}

/* Appends runs, the first to the last one of a list, to those that wait to begin. */
static void
add_pending(asyncio *self, execz_submission *first, execz_submission *last)
{
    last->queue_next = NULL;
    if (self->loop.pending == NULL) {
        self->loop.pending = first;
    } else {
        self->last_pending->queue_next = first;
    }
    self->last_pending = last;
}

coroutine *
runs_begin(loop *on)
{
    execz_submission *run = on->pending;
    coroutine *one;

    on->pending = run->queue_next;
    one = loop_begin(on, run_task, run);
    one->run = run->run;
    one->is_command = run->task->kind == EXECZ_TASK_COMMAND;
    __atomic_store_n(&run->user, one, __ATOMIC_RELEASE);
    return one;
}

void
runs_add(asyncio *self, execz_submission *run)
{
    add_pending(self, run, run);
    loop_look(&self->loop);
}

void
runs_take(loop *on, loop_message *message)
{
    asyncio *self = asyncio_of(on);
    execz_submission *last = atomic_exchange(&self->starting, NULL);
    execz_submission *oldest = NULL, *at = last;

    (void)message;
    while (at != NULL) {
        execz_submission *next = at->queue_next;

        at->queue_next = oldest;
        oldest = at;
        at = next;
    }
    if (oldest != NULL) {
        add_pending(self, oldest, last);
    }
}

void
runs_send(asyncio *self, execz_submission *run)
{
    execz_submission *newest = atomic_load_explicit(&self->starting, memory_order_relaxed);

    do {
        run->queue_next = newest;
    } while (!atomic_compare_exchange_weak(&self->starting, &newest, run));
    if (newest == NULL) {
        loop_send(&self->loop, &self->start_message);
    }
}

/* ---- cancelling ------------------------------------------------------------------------------ */

typedef struct cancellation {
    loop_message message; /* first */
    execz_run run;
} cancellation;

static void
take_cancellation(loop *on, loop_message *message)
{
    execz_base *base = asyncio_of(on)->base;
    cancellation *self = (cancellation *)(void *)message;
    coroutine *one = runs_user(base, self->run);

    /* Else it has ended, or will learn it by itself. */
    if (one != NULL && (void *)one != &runs_pooled && one->run == self->run) {
        waiter_interrupt(one);
    }
    base->host->realloc(base->host, self, 0);
}

void
runs_cancel(asyncio *self, execz_run run)
{
    const execz_host *host = self->base->host;
    cancellation *message = host->realloc(host, NULL, sizeof *message);

    if (message == NULL) {
        execz_base_log(self->base, EXECZ_LOG_ERROR,
                       "no memory to wake a coroutine that was cancelled; it ends with its wait");
        return;
    }
    *message = (cancellation){{NULL, take_cancellation}, run};
    loop_send(&self->loop, &message->message);
}
