/* SPDX-License-Identifier: MIT */
/* A pool of threads: runs wait in one queue and are taken by the first worker that is free.
 *
 * Workers are started on demand, one for each run that finds no idle worker, up to max_workers;
 * they stay until shutdown.  The queue is ordered by priority, and by arrival among equals: one
 * list per pool, with insertion from the back, because nearly all runs have the priority of the one
 * before. */
#include <execz/sdk.h>

typedef struct pool {
    execz_base *base;
    char thread_name[16];
    uint32_t max_workers;
    uint32_t queue_limit; /* 0: none */

    pthread_mutex_t lock;
    pthread_cond_t wanted;
    /* Guarded by lock. */
    execz_submission *first; /* the next to run */
    execz_submission *last;
    uint32_t queued;
    uint32_t workers;
    uint32_t idle;
    uint32_t busy; /* workers with a run in hand */
    int stopping;
} pool;

/* ---- the queue, all with the lock held ------------------------------------------------------- */

static void
push_locked(pool *self, execz_submission *submission)
{
    execz_submission *before = self->last;

    while (before != NULL && before->task->priority < submission->task->priority) {
        before = before->queue_previous;
    }
    submission->queue_previous = before;
    submission->queue_next = before == NULL ? self->first : before->queue_next;
    *(before == NULL ? &self->first : &before->queue_next) = submission;
    *(submission->queue_next == NULL ? &self->last : &submission->queue_next->queue_previous) =
        submission;
    submission->queued = 1;
    self->queued++;
}

/* Whether it was there. */
static int
take_locked(pool *self, execz_submission *submission)
{
    execz_submission *before = submission->queue_previous, *after = submission->queue_next;

    if (!submission->queued) {
        return 0;
    }
    *(before == NULL ? &self->first : &before->queue_next) = after;
    *(after == NULL ? &self->last : &after->queue_previous) = before;
    submission->queued = 0;
    self->queued--;
    return 1;
}

/* ---- workers --------------------------------------------------------------------------------- */

/* The next run; NULL when the pool ends. */
static execz_submission *
wait_for_work(pool *self, int after_run)
{
    execz_submission *submission = NULL;

    pthread_mutex_lock(&self->lock);
    self->busy -= (uint32_t)after_run;
    while (self->first == NULL && !self->stopping) {
        self->idle++;
        pthread_cond_wait(&self->wanted, &self->lock);
        self->idle--;
    }
    if (self->first != NULL) {
        submission = self->first;
        (void)take_locked(self, submission);
        self->busy++;
    } else {
        self->workers--;
    }
    pthread_mutex_unlock(&self->lock);
    return submission;
}

static void
work(void *argument)
{
    pool *self = (pool *)argument;
    execz_submission *submission = wait_for_work(self, 0);

    while (submission != NULL) {
        execz_submission_run(submission);
        submission = wait_for_work(self, 1);
    }
}

/* Starts one more worker; the caller has counted it.  Without any worker the run cannot stay. */
static execz_status
start_worker(pool *self)
{
    execz_base *base = self->base;
    execz_status status = base->host->thread(base->host, self->thread_name, work, self);

    if (status != EXECZ_OK) {
        pthread_mutex_lock(&self->lock);
        self->workers--;
        pthread_mutex_unlock(&self->lock);
    }
    return status;
}

/* ---- hooks ----------------------------------------------------------------------------------- */

/* Whether the queue is as long as it may be.  Whoever finds no worker only because that one has not
 * woken up or started yet does not count: what counts is max_workers and how many are busy. */
static int
is_full_locked(const pool *self)
{
    return self->queue_limit != 0 &&
           (uint64_t)self->queued + self->busy >= (uint64_t)self->queue_limit + self->max_workers;
}

static execz_status
do_send_task(execz_base *base, execz_submission *submission, execz_error *err)
{
    pool *self = (pool *)base->self;
    int full, more = 0, alone = 0;

    pthread_mutex_lock(&self->lock);
    full = is_full_locked(self);
    if (!full) {
        push_locked(self, submission);
        more = self->queued > self->idle && self->workers < self->max_workers;
        alone = self->workers == 0;
        self->workers += (uint32_t)more;
    }
    pthread_cond_signal(&self->wanted);
    pthread_mutex_unlock(&self->lock);
    if (full) {
        return execz_error_set(err, EXECZ_E_BUSY, "%u runs are queued, which is queue_limit",
                               self->queue_limit);
    }
    if (more && start_worker(self) != EXECZ_OK && alone) {
        pthread_mutex_lock(&self->lock);
        full = take_locked(self, submission);
        pthread_mutex_unlock(&self->lock);
        if (full) {
            return execz_error_set(err, EXECZ_E_BUSY, "the system has no thread left");
        }
    }
    return EXECZ_OK;
}

static execz_status
start(execz_base *base, execz_error *err)
{
    const char *prefix = base->host->option(base->host, "thread_name_prefix");
    pool *self = (pool *)base->host->realloc(base->host, NULL, sizeof *self);

    if (self == NULL) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    memset(self, 0, sizeof *self);
    self->base = base;
    self->max_workers = (uint32_t)execz_base_option(base, "max_workers", 10);
    self->queue_limit = (uint32_t)execz_base_option(base, "queue_limit", 0);
    (void)snprintf(self->thread_name, sizeof self->thread_name, "%s",
                   prefix == NULL ? base->alias : prefix);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->wanted, NULL);
    base->self = self;
    return EXECZ_OK;
}

static void
stop(execz_base *base)
{
    pool *self = (pool *)base->self;

    pthread_mutex_lock(&self->lock);
    self->stopping = 1;
    pthread_cond_broadcast(&self->wanted);
    pthread_mutex_unlock(&self->lock);
}

static void
cancel(execz_base *base, execz_submission *submission)
{
    pool *self = (pool *)base->self;
    int taken;

    pthread_mutex_lock(&self->lock);
    taken = take_locked(self, submission);
    pthread_mutex_unlock(&self->lock);
    if (taken) {
        execz_submission_finish(submission, NULL, 0);
    }
}

static void
stats(execz_base *base, execz_stats *figures)
{
    pool *self = (pool *)base->self;

    pthread_mutex_lock(&self->lock);
    figures->workers = self->workers;
    figures->busy = self->busy;
    figures->queued = self->queued;
    pthread_mutex_unlock(&self->lock);
}

static void
destroy(execz_base *base)
{
    pool *self = (pool *)base->self;

    pthread_cond_destroy(&self->wanted);
    pthread_mutex_destroy(&self->lock);
    base->host->realloc(base->host, self, 0);
}

static const execz_base_hooks hooks = {do_send_task, start, stop, cancel, stats, destroy};

#define ALIASES "threadpool pool"

EXECZ_OPTIONS(
    options, ALIASES,
    EXECZ_OPTION(INT, 0, "max_workers", "10", "1..10000",
                 "Threads at most; they are started when there is work for them"),
    EXECZ_OPTION(INT, 0, "queue_limit", "0", "0..100000000",
                 "Runs that may wait for a worker; the scheduler keeps further ones; 0: no "
                 "limit"),
    EXECZ_OPTION(STRING, 0, "thread_name_prefix", "", "",
                 "Name of the threads, of which the system shows 15 bytes; the executor's "
                 "alias if not set"));

EXECZ_EXECUTOR_PLUGIN_WITH("org.execz.threadpool", ALIASES, EXECZ_VERSION,
                           "Runs tasks on a pool of threads", EXECZ_CAP_BODIES | EXECZ_CAP_CANCEL,
                           hooks, EXECZ_TABLE(options), EXECZ_NO_TABLE);
