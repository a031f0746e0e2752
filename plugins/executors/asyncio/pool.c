/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <string.h>

void
pool_init(pool *self, const execz_host *host, const char *thread_name, uint32_t max_workers)
{
    memset(self, 0, sizeof *self);
    self->host = host;
    self->thread_name = thread_name;
    self->max_workers = max_workers;
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->wanted, NULL);
}

void
pool_deinit(pool *self)
{
    pthread_cond_destroy(&self->wanted);
    pthread_mutex_destroy(&self->lock);
}

/* ---- queues, all with the lock held ---------------------------------------------------------- */

static void
push_job_locked(pool *self, pool_job *job)
{
    job->next = NULL;
    job->previous = self->last_job;
    *(self->last_job == NULL ? &self->first_job : &self->last_job->next) = job;
    self->last_job = job;
    job->queued = true;
    self->n_jobs++;
}

static bool
take_job_locked(pool *self, pool_job *job)
{
    if (!job->queued) {
        return false;
    }
    *(job->previous == NULL ? &self->first_job : &job->previous->next) = job->next;
    *(job->next == NULL ? &self->last_job : &job->next->previous) = job->previous;
    job->queued = false;
    self->n_jobs--;
    return true;
}

/* Nearly all runs have the priority of the one before, so the place is sought from the back. */
static void
push_run_locked(pool *self, execz_submission *run)
{
    execz_submission *before = self->last_run;

    while (before != NULL && before->task->priority < run->task->priority) {
        before = before->queue_previous;
    }
    run->queue_previous = before;
    run->queue_next = before == NULL ? self->first_run : before->queue_next;
    *(before == NULL ? &self->first_run : &before->queue_next) = run;
    *(run->queue_next == NULL ? &self->last_run : &run->queue_next->queue_previous) = run;
    run->queued = 1;
    self->n_runs++;
}

static bool
take_run_locked(pool *self, execz_submission *run)
{
    execz_submission *before = run->queue_previous, *after = run->queue_next;

    if (!run->queued) {
        return false;
    }
    *(before == NULL ? &self->first_run : &before->queue_next) = after;
    *(after == NULL ? &self->last_run : &after->queue_previous) = before;
    run->queued = 0;
    self->n_runs--;
    return true;
}

/* ---- workers --------------------------------------------------------------------------------- */

typedef struct work {
    pool_job *job;
    execz_submission *run;
} work;

/* The next thing to do; false when the pool ends. */
static bool
wait_for_work(pool *self, bool after_work, work *work_out)
{
    bool found;

    pthread_mutex_lock(&self->lock);
    self->busy -= after_work;
    while (self->first_job == NULL && self->first_run == NULL && !self->stopping) {
        self->idle++;
        pthread_cond_wait(&self->wanted, &self->lock);
        self->idle--;
    }
    *work_out = (work){self->first_job, self->first_job == NULL ? self->first_run : NULL};
    found = work_out->job != NULL || work_out->run != NULL;
    if (work_out->job != NULL) {
        (void)take_job_locked(self, work_out->job);
    } else if (work_out->run != NULL) {
        (void)take_run_locked(self, work_out->run);
    }
    self->busy += found;
    self->workers -= !found;
    pthread_mutex_unlock(&self->lock);
    return found;
}

static void
run_worker(void *argument)
{
    pool *self = argument;
    work next;

    for (bool more = wait_for_work(self, false, &next); more;
         more = wait_for_work(self, true, &next)) {
        if (next.job != NULL) {
            next.job->run(next.job);
        } else {
            execz_submission_run(next.run);
        }
    }
}

/* After a push: sees to it that a thread comes.  False if there is none at all, and the caller has
 * to take back what it pushed; unlocks. */
static bool
call_worker_unlock(pool *self)
{
    bool more = self->n_jobs + self->n_runs > self->idle && self->workers < self->max_workers;
    bool alone = self->workers == 0;

    self->workers += more;
    pthread_cond_signal(&self->wanted);
    pthread_mutex_unlock(&self->lock);
    if (more && self->host->thread(self->host, self->thread_name, run_worker, self) != EXECZ_OK) {
        pthread_mutex_lock(&self->lock);
        self->workers--;
        pthread_mutex_unlock(&self->lock);
        return !alone;
    }
    return true;
}

/* ---- from outside ---------------------------------------------------------------------------- */

bool
pool_push_job(pool *self, pool_job *job)
{
    pthread_mutex_lock(&self->lock);
    push_job_locked(self, job);
    return call_worker_unlock(self) || !pool_take_job(self, job);
}

bool
pool_push_run(pool *self, execz_submission *run)
{
    pthread_mutex_lock(&self->lock);
    push_run_locked(self, run);
    return call_worker_unlock(self) || !pool_take_run(self, run);
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

bool
pool_take_run(pool *self, execz_submission *run)
{
    bool taken;

    pthread_mutex_lock(&self->lock);
    taken = take_run_locked(self, run);
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
    pool_figures figures;

    pthread_mutex_lock(&self->lock);
    figures = (pool_figures){self->workers, self->busy, self->n_jobs + self->n_runs};
    pthread_mutex_unlock(&self->lock);
    return figures;
}
