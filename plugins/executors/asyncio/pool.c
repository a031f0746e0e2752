/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <string.h>

void
pool_init(pool *self, const execz_host *host, execz_base *base, const char *thread_name,
          uint32_t max_workers)
{
    memset(self, 0, sizeof *self);
    self->host = host;
    self->base = base;
    self->thread_name = thread_name;
    self->max_workers = max_workers;
    queue_init(&self->runs, host);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->wanted, NULL);
}

void
pool_deinit(pool *self)
{
    queue_deinit(&self->runs);
    pthread_cond_destroy(&self->wanted);
    pthread_mutex_destroy(&self->lock);
}

/* ---- jobs, with the lock held ---------------------------------------------------------------- */

static void
push_job_locked(pool *self, pool_job *job)
{
    job->next = NULL;
    job->previous = self->last_job;
    *(self->last_job == NULL ? &self->first_job : &self->last_job->next) = job;
    self->last_job = job;
    job->queued = true;
    atomic_fetch_add(&self->n_jobs, 1);
}

static bool
take_job_locked(pool *self, pool_job *job)
{
    if (job == NULL || !job->queued) {
        return false;
    }
    *(job->previous == NULL ? &self->first_job : &job->previous->next) = job->next;
    *(job->next == NULL ? &self->last_job : &job->next->previous) = job->previous;
    job->queued = false;
    atomic_fetch_sub(&self->n_jobs, 1);
    return true;
}

/* ---- workers --------------------------------------------------------------------------------- */

static bool
has_work(pool *self)
{
    return atomic_load(&self->n_jobs) > 0 || !queue_is_empty(&self->runs);
}

/* How many sleep, for one who has just brought work or counted itself out.  Both change the figure,
 * though by nothing: whoever of the two is second sees what the other did before. */
static uint32_t
meet(pool *self)
{
    return atomic_fetch_add(&self->sleeping, 0);
}

static bool
has_work_after_all(pool *self)
{
    (void)meet(self);
    return has_work(self);
}

/* For host->work(): the next run, as long as no job waits. */
static execz_run
next_run(void *user, execz_run done)
{
    pool *self = user;
    queue_band *band;
    execz_run run = 0;
    execz_submission *submission;

    (void)done;
    if (atomic_load_explicit(&self->n_jobs, memory_order_relaxed) > 0 ||
        queue_take(&self->runs, &run, 1, 1, &band) == 0) {
        return 0;
    }
    atomic_fetch_add_explicit(&self->taken, 1, memory_order_relaxed);
    submission = execz_base_submission(self->base, run);
    if (__atomic_load_n(&submission->run, __ATOMIC_ACQUIRE) == run) {
        execz_submission_begin(submission);
    }
    return run;
}

static void
run_next_job(pool *self)
{
    pool_job *job;

    pthread_mutex_lock(&self->lock);
    job = self->first_job;
    if (!take_job_locked(self, job)) {
        job = NULL;
    }
    pthread_mutex_unlock(&self->lock);
    if (job != NULL) {
        job->run(job);
    }
}

static void
sleep_locked(pool *self)
{
    atomic_fetch_add(&self->sleeping, 1);
    while (!has_work_after_all(self) && !self->stopping) {
        pthread_cond_wait(&self->wanted, &self->lock);
        if (self->called > 0) {
            self->called--;
            atomic_fetch_add(&self->sleeping, 1); /* awake, and perhaps for nothing */
        }
    }
    atomic_fetch_sub(&self->sleeping, 1);
}

/* Until there may be work; false when there will be none. */
static bool
wait_for_work(pool *self)
{
    bool more = true;

    pthread_mutex_lock(&self->lock);
    sleep_locked(self);
    if (self->stopping) {
        atomic_fetch_sub(&self->workers, 1); /* before the last look: who pushes looks after it */
        more = has_work_after_all(self);
        atomic_fetch_add(&self->workers, more);
    }
    pthread_mutex_unlock(&self->lock);
    return more;
}

static void
run_worker(void *argument)
{
    pool *self = argument;

    do {
        atomic_fetch_add(&self->busy, 1);
        while (has_work(self)) {
            if (atomic_load(&self->n_jobs) > 0) {
                run_next_job(self);
            } else {
                self->host->work(self->host, next_run, self);
            }
        }
        atomic_fetch_sub(&self->busy, 1);
    } while (wait_for_work(self));
}

/* Starts one more worker, if there may be one.  False if there is none at all. */
static bool
start_worker_locked(pool *self)
{
    if (atomic_load(&self->workers) < self->max_workers) {
        atomic_fetch_add(&self->workers, 1);
        if (self->host->thread(self->host, self->thread_name, run_worker, self) != EXECZ_OK) {
            atomic_fetch_sub(&self->workers, 1);
        }
    }
    return atomic_load(&self->workers) > 0;
}

/* Work has been shown: sees to it that a thread comes for it. */
static bool
call_worker_locked(pool *self)
{
    if (atomic_load(&self->sleeping) > 0) {
        atomic_fetch_sub(&self->sleeping, 1);
        self->called++;
        pthread_cond_signal(&self->wanted);
        return true;
    }
    return start_worker_locked(self);
}

/* ---- from outside ---------------------------------------------------------------------------- */

execz_status
pool_push_run(pool *self, execz_run run, int32_t priority, execz_error *err)
{
    bool comes = true;

    if (!queue_push(&self->runs, run, priority)) {
        return execz_error_set(err, EXECZ_E_NOMEM, "out of memory");
    }
    if (meet(self) > 0 || atomic_load(&self->workers) < self->max_workers) {
        pthread_mutex_lock(&self->lock);
        comes = call_worker_locked(self);
        pthread_mutex_unlock(&self->lock);
    }
    if (!comes) { /* what is left in the queue is a run of nobody, which host->work() passes over */
        return execz_error_set(err, EXECZ_E_BUSY, "the system has no thread left");
    }
    __atomic_store_n(&self->pushed, self->pushed + 1, __ATOMIC_RELAXED);
    return EXECZ_OK;
}

bool
pool_push_job(pool *self, pool_job *job)
{
    bool comes;

    pthread_mutex_lock(&self->lock);
    push_job_locked(self, job);
    comes = call_worker_locked(self);
    if (!comes) {
        (void)take_job_locked(self, job);
    }
    pthread_mutex_unlock(&self->lock);
    return comes;
}

bool
pool_take_job(pool *self, pool_job *job)
{
    bool taken;

    pthread_mutex_lock(&self->lock);
    taken = take_job_locked(self, job);
    pthread_mutex_unlock(&self->lock);
    return taken;
}

void
pool_stop(pool *self)
{
    pthread_mutex_lock(&self->lock);
    self->stopping = true;
    pthread_cond_broadcast(&self->wanted);
    pthread_mutex_unlock(&self->lock);
}

pool_figures
pool_count(pool *self)
{
    uint64_t pushed = __atomic_load_n(&self->pushed, __ATOMIC_RELAXED);
    uint64_t taken = atomic_load(&self->taken);

    return (pool_figures){.workers = atomic_load(&self->workers),
                          .busy = atomic_load(&self->busy),
                          .queued = atomic_load(&self->n_jobs) +
                                    (pushed > taken ? (uint32_t)(pushed - taken) : 0)};
}
