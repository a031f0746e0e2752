/* SPDX-License-Identifier: MIT */
/* The end of a run: for the host at once, or once the last of its run times has ended. */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

static void *
copy(const void *bytes, uint64_t length)
{
    char *all = bytes == NULL ? NULL : malloc(length + 1);

    if (all != NULL) {
        memcpy(all, bytes, length);
        all[length] = '\0';
    }
    return all;
}

static void
keep(series *self, const execz_result *result)
{
    execz_result *kept = &self->results[self->at++];

    *kept = *result;
    kept->message = result->message == NULL ? NULL : strdup(result->message);
    kept->value = copy(result->value, result->value_length);
    kept->output = copy(result->output, result->output_length);
}

static void
free_series(series *self)
{
    for (uint32_t i = 0; i < self->at; i++) {
        free((void *)(uintptr_t)self->results[i].message);
        free((void *)(uintptr_t)self->results[i].value);
        free((void *)(uintptr_t)self->results[i].output);
    }
    free(self);
}

/* Ends the run for good.  It is counted out first: the host may send the next one at once. */
static void
finish(pool *self, execz_submission *submission, const execz_result *results, uint32_t n)
{
    series *several = place_of(submission)->several;

    place_of(submission)->several = NULL;
    atomic_fetch_sub(&self->runs, 1);
    execz_submission_finish(submission, results, n);
    if (several != NULL) {
        free_series(several);
    }
    if (atomic_load(&self->stopping)) {
        pthread_mutex_lock(&self->lock);
        pool_wake_locked(self);
        pthread_mutex_unlock(&self->lock);
    }
}

void
run_finish(pool *self, execz_submission *submission, const execz_result *result)
{
    series *several = place_of(submission)->several;
    wakes due = {.n = 0};

    if (several == NULL) {
        finish(self, submission, result, 1);
        return;
    }
    keep(several, result);
    pthread_mutex_lock(&self->lock);
    if (several->at < submission->n && !execz_submission_cancelled(submission)) {
        queue_push_back_locked(self, submission);
        submission = NULL;
        dispatch_locked(self, &due);
    }
    pthread_mutex_unlock(&self->lock);
    wakes_deliver(&due);
    if (submission != NULL) {
        finish(self, submission, several->results, several->at);
    }
}

void
run_finish_unloaded(worker *self, const char *message)
{
    pool *owner = self->pool;
    wakes due = {.n = 0};
    execz_submission *submission;

    pthread_mutex_lock(&owner->lock);
    submission = self->runs[self->published % WIRE_CELLS];
    self->runs[self->published % WIRE_CELLS] = NULL;
    self->inflight--;
    self->given--;
    owner->n_busy--;
    dispatch_more_locked(self, &due);
    pthread_mutex_unlock(&owner->lock);
    wakes_deliver(&due);
    if (execz_submission_cancelled(submission)) {
        run_finish_cancelled(owner, submission);
    } else {
        execz_result result = {
            .size = sizeof result,
            .outcome = EXECZ_OUTCOME_ERROR,
            .run_time = submission_run_time(submission),
            .finished = owner->host->now(owner->host, EXECZ_CLOCK_REAL),
            .exit_status = -1,
            .message = message,
        };

        run_finish(owner, submission, &result);
    }
}

void
run_finish_cancelled(pool *self, execz_submission *submission)
{
    const series *several = place_of(submission)->several;

    finish(self, submission, several == NULL ? NULL : several->results,
           several == NULL ? 0 : several->at);
}
