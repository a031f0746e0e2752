/* SPDX-License-Identifier: MIT */
/* The executor: coroutines and commands on the event loop, everything else in its pool.
 *
 * A run that goes to the loop is given to it in one of two ways.  If the loop lives on the
 * scheduler's thread, which is the one that sends tasks, it waits there to begin.  If the loop has a thread of its own, the run goes onto a stack of starting runs that the
 * loop takes as a whole.  In either case a stack has been reserved for it before it is accepted, so
 * that a limit is an answer to the scheduler and not a lost run.
 *
 * To cancel a run on the loop, the loop is sent its token, and looks whether the coroutine there was
 * for it still is.  A run in the pool is retracted, which the host refuses once it has begun. */
#include "loop.h"
#include "overflow.h"
#include "pool.h"
#include "waiter.h"

#include <execz/sdk.h>

#include <sched.h>

typedef struct asyncio {
    execz_base *base;
    loop loop;
    pool pool;
    const execz_loop_ext *host_loop; /* whose thread our loop lives on; NULL: on one of its own */

    execz_submission *last_pending; /* [loop] the end of loop.pending */

    /* [loop of the scheduler] */
    bool thread_started; /* of the loop's own */
    pthread_t ready;     /* the thread that was readied for overflows */

    _Atomic(execz_submission *) starting; /* newest first */
    loop_message start_message;           /* on its way if starting is not empty */
} asyncio;

/* The user of a submission that went to the pool; else it is the coroutine, or NULL. */
static char pooled;

static asyncio *
asyncio_of(loop *on)
{
    return (asyncio *)(void *)((char *)on - offsetof(asyncio, loop));
}

/* ---- runs on the loop ------------------------------------------------------------------------ */

/* The body of each coroutine that is a run. */
static void
run_task(coroutine *self)
{
    execz_submission *run = self->owner;
    const execz_host *host = run->base->host;

    __atomic_store_n(&run->started, 1, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < run->n && !execz_submission_cancelled(run); i++) {
        (void)host->execute(host, run->run, run->times[i], &self->waiter, NULL);
        waiter_end_children(self);
    }
    if (execz_submission_cancelled(run)) {
        (void)host->interrupt(host, run->run); /* perhaps before who cancels it comes to it */
    }
    self->run = 0;
    execz_submission_finish(run, NULL, 0);
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

static coroutine *
begin_run(loop *on)
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

static void
take_starting(loop *on, loop_message *message)
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

static void
send_starting(asyncio *self, execz_submission *run)
{
    execz_submission *newest = atomic_load_explicit(&self->starting, memory_order_relaxed);

    do {
        run->queue_next = newest;
    } while (!atomic_compare_exchange_weak(&self->starting, &newest, run));
    if (newest == NULL) {
        loop_send(&self->loop, &self->start_message);
    }
}

/* ---- the loop's own thread ------------------------------------------------------------------- */

static void
run_loop(void *argument)
{
    asyncio *self = argument;

    overflow_ready_thread();
    loop_run(&self->loop);
}

static execz_status
start_thread(asyncio *self, execz_error *err)
{
    execz_base *base = self->base;
    execz_status status = EXECZ_OK;

    if (self->host_loop == NULL && !self->thread_started) {
        status = base->host->thread(base->host, base->alias, run_loop, self);
        self->thread_started = status == EXECZ_OK;
    }
    if (status != EXECZ_OK) {
        return execz_error_set(err, EXECZ_E_BUSY, "the system has no thread left for the loop");
    }
    return EXECZ_OK;
}

/* On the scheduler's loop. */
static void
turn(void *argument)
{
    asyncio *self = argument;

    if (!pthread_equal(self->ready, pthread_self())) { /* the scheduler has moved */
        overflow_ready_thread();
        self->ready = pthread_self();
    }
    loop_turn(&self->loop);
}

/* ---- sending --------------------------------------------------------------------------------- */

static execz_status
reserve(asyncio *self, execz_error *err)
{
    switch (stack_pool_reserve(&self->loop.stacks)) {
    case STACK_OK:
        return EXECZ_OK;
    case STACK_LIMIT:
        return execz_error_set(err, EXECZ_E_BUSY,
                               "%u coroutines are running, which is "
                               "max_coroutines",
                               self->loop.stacks.limit);
    case STACK_NO_GUARD:
        return execz_error_set(err, EXECZ_E_BUSY,
                               "the kernel has no memory mapping left for the guard of one more "
                               "coroutine's stack; raise the sysctl vm.max_map_count, or use "
                               "Linux 6.13 or later");
    default:
        return execz_error_set(err, EXECZ_E_BUSY, "no memory is left for one more coroutine");
    }
}

static execz_status
send_to_loop(asyncio *self, execz_submission *run, execz_error *err)
{
    execz_status status = reserve(self, err);

    if (status != EXECZ_OK) {
        return status;
    }
    status = start_thread(self, err);
    if (status != EXECZ_OK) {
        stack_pool_unreserve(&self->loop.stacks);
        return status;
    }
    if (self->host_loop != NULL) {
        add_pending(self, run, run);
        loop_look(&self->loop);
    } else {
        send_starting(self, run);
    }
    return EXECZ_OK;
}

static execz_status
do_send_task(execz_base *base, execz_submission *run, execz_error *err)
{
    asyncio *self = base->self;

    if (run->task->kind != EXECZ_TASK_FUNCTION) {
        return send_to_loop(self, run, err);
    }
    __atomic_store_n(&run->user, &pooled, __ATOMIC_RELEASE);
    return pool_push_run(&self->pool, run->run, run->task->priority, err);
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
    execz_submission *submission = execz_base_submission(base, self->run);
    coroutine *one = __atomic_load_n(&submission->user, __ATOMIC_ACQUIRE);

    if (one != NULL && one->run == self->run) { /* else it has ended, or will learn it by itself */
        waiter_interrupt(one);
    }
    base->host->realloc(base->host, self, 0);
}

static void
send_cancellation(asyncio *self, execz_run run)
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

static void
cancel(execz_base *base, execz_run run)
{
    const execz_submission *submission = execz_base_submission(base, run);

    if (submission == NULL) {
        return;
    }
    if (__atomic_load_n(&submission->user, __ATOMIC_ACQUIRE) == &pooled) {
        (void)execz_base_retract(base, run);
    } else {
        send_cancellation(base->self, run);
    }
}

/* ---- figures and reports --------------------------------------------------------------------- */

static void
stats(execz_base *base, execz_stats *figures)
{
    asyncio *self = base->self;
    pool_figures threads = pool_count(&self->pool);

    figures->workers = threads.workers;
    figures->busy = threads.busy + atomic_load(&self->loop.stacks.reserved);
    figures->queued = threads.queued;
}

static const char *
task_name(const coroutine *one)
{
    return ((const execz_submission *)one->owner)->task->id;
}

static void
report_slow(void *user, const coroutine *one, int64_t duration)
{
    const asyncio *self = user;

    execz_base_log(self->base, EXECZ_LOG_WARNING,
                   "task=%s its coroutine held the loop for %lld ms without waiting; nothing else "
                   "ran on it meanwhile: execz_offload() what blocks or calculates",
                   task_name(one), (long long)(duration / EXECZ_MILLISECOND));
}

/* ---- life ------------------------------------------------------------------------------------ */

static uint32_t
default_workers(void)
{
    cpu_set_t cpus;
    int n = sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;

    return n + 4 < 32 ? (uint32_t)n + 4 : 32;
}

static execz_status
start_loop(asyncio *self, execz_error *err)
{
    execz_base *base = self->base;
    loop_options options = {
        .stack_size = (size_t)execz_base_option(base, "stack_size", 65536),
        .max_coroutines = (uint32_t)execz_base_option(base, "max_coroutines", 1000000),
        .guard = STACK_GUARD_INSTALL,
        .slow = execz_base_option(base, "slow_callback_warning", 100 * EXECZ_MILLISECOND),
        .report_slow = report_slow,
        .begin = begin_run,
        .user = self,
        .name = task_name,
    };
    int error = loop_init(&self->loop, &options);

    if (error != 0) {
        char why[128];

        return execz_error_set(err, EXECZ_E_IO, "cannot make the event loop: %s",
                               strerror_r(error, why, sizeof why));
    }
    self->loop.pool = &self->pool;
    return EXECZ_OK;
}

/* Where the loop lives. */
static execz_status
place_loop(asyncio *self, execz_error *err)
{
    const execz_host *host = self->base->host;
    const char *where = host->option(host, "loop");
    execz_status status;

    if (where != NULL && strcmp(where, "own") == 0) {
        return EXECZ_OK;
    }
    self->host_loop = host->extension(host, EXECZ_EXTENSION_LOOP);
    if (self->host_loop == NULL) {
        execz_base_log(self->base, EXECZ_LOG_DEBUG,
                       "this host does not lend its loop: loop = own is used");
        return EXECZ_OK;
    }
    status = self->host_loop->watch(host, loop_descriptor(&self->loop), turn, self);
    if (status != EXECZ_OK) {
        return execz_error_set(err, status, "the scheduler cannot watch the event loop");
    }
    return EXECZ_OK;
}

static execz_status
start(execz_base *base, execz_error *err)
{
    const execz_host *host = base->host;
    asyncio *self = host->realloc(host, NULL, sizeof *self);
    uint32_t max_workers = (uint32_t)execz_base_option(base, "max_workers", 0);
    execz_status status;

    if (self == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    memset(self, 0, sizeof *self);
    self->base = base;
    self->start_message.take = take_starting;
    status = start_loop(self, err);
    if (status == EXECZ_OK) {
        status = place_loop(self, err);
        if (status != EXECZ_OK) {
            loop_deinit(&self->loop);
        }
    }
    if (status != EXECZ_OK) {
        host->realloc(host, self, 0);
        return status;
    }
    pool_init(&self->pool, host, base, base->alias,
              max_workers > 0 ? max_workers : default_workers());
    (void)overflow_watch(&self->loop, base->alias);
    base->self = self;
    return EXECZ_OK;
}

static void
stop(execz_base *base)
{
    asyncio *self = base->self;

    pool_stop(&self->pool);
    loop_stop(&self->loop);
}

static void
destroy(execz_base *base)
{
    asyncio *self = base->self;

    if (self->host_loop != NULL) {
        self->host_loop->unwatch(base->host, loop_descriptor(&self->loop));
    }
    overflow_unwatch(&self->loop);
    loop_deinit(&self->loop);
    pool_deinit(&self->pool);
    base->host->realloc(base->host, self, 0);
}

static const execz_base_hooks hooks = {
    .do_send_task = do_send_task,
    .start = start,
    .stop = stop,
    .cancel = cancel,
    .stats = stats,
    .destroy = destroy,
};

EXECZ_OPTIONS(
    options, "asyncio",
    EXECZ_OPTION(CHOICE, 0, "loop", "scheduler", "scheduler|own",
                 "Where coroutines run: on the scheduler's thread, or on one of their own"),
    EXECZ_OPTION(
        INT, 0, "max_workers", "0", "0..10000",
        "Threads at most for functions that are not coroutines; 0: processors + 4, at most "
        "32"),
    EXECZ_OPTION(INT, 0, "max_coroutines", "1000000", "1..4000000",
                 "Coroutines at the same time; the scheduler keeps further runs"),
    EXECZ_OPTION(SIZE, 0, "stack_size", "64KiB", "16KiB..64MiB",
                 "Stack of each coroutine; it takes memory only as far as it is used"),
    EXECZ_OPTION(DURATION, 0, "slow_callback_warning", "100ms", "0s..1h",
                 "Names a task whose coroutine holds the loop for longer; 0s: never"),
    EXECZ_OPTION(BOOL, 0, "cancel_futures", "no", "",
                 "Whether a shutdown cancels the runs that have not begun"),
    EXECZ_OPTION(BOOL, 0, "overwrite_wait", "", "",
                 "Whether a shutdown waits for the runs, whatever it was asked for; not set: as "
                 "it was asked"));

EXECZ_EXECUTOR_PLUGIN_WITH("org.execz.asyncio", "asyncio", EXECZ_VERSION,
                           "Runs coroutines and commands on an event loop, functions in its pool",
                           EXECZ_CAP_BODIES | EXECZ_CAP_CANCEL, hooks, EXECZ_TABLE(options),
                           EXECZ_NO_TABLE);
