/* SPDX-License-Identifier: MIT */
/* A pool that is to let its queue run empty, and gets no worker to do so. */
#include "pool.h"

#include <stdio.h>
#include <string.h>

/* Tries that fail before a pool that drains gives up. */
#define HOPE 6u

/* Whether nobody would come for what is queued.  What a worker itself has said of its start will be
 * the same next time; other reasons may pass. */
static int
is_hopeless_locked(const pool *self)
{
    return self->stopping && self->n_workers == 0 && self->first != NULL &&
           (self->failures >= HOPE || (self->failures > 0 && self->unusable));
}

/* One of what is queued, off the queue; NULL if there is none, or hope. */
static execz_submission *
take_hopeless(pool *self, char why[sizeof self->trouble])
{
    execz_submission *submission = NULL;

    pthread_mutex_lock(&self->lock);
    if (is_hopeless_locked(self)) {
        submission = self->first;
        (void)queue_take_locked(self, submission);
        memcpy(why, self->trouble, sizeof self->trouble);
    }
    pthread_mutex_unlock(&self->lock);
    return submission;
}

void
hopeless_cancel(pool *self)
{
    char why[sizeof self->trouble], text[sizeof self->trouble + 64];
    execz_submission *submission;
    uint32_t n = 0;

    for (; (submission = take_hopeless(self, why)) != NULL; n++) {
        execz_result result = {
            .size = sizeof result,
            .outcome = EXECZ_OUTCOME_CANCELLED,
            .run_time = submission_run_time(submission),
            .finished = self->host->now(self->host, EXECZ_CLOCK_REAL),
            .exit_status = -1,
            .message = text,
        };

        (void)snprintf(text, sizeof text, "no worker could be started for it: %s", why);
        run_finish(self, submission, &result);
    }
    if (n > 0) {
        execz_base_log(self->base, EXECZ_LOG_WARNING,
                       "%u queued runs are cancelled, because no worker could be started: %s", n,
                       why);
    }
}
