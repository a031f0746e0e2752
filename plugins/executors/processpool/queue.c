/* SPDX-License-Identifier: MIT */
/* One list, with insertion from the back, because nearly all runs have the priority of the one
 * before. */
#include "pool.h"

static void
insert_locked(pool *self, execz_submission *submission, execz_submission *before)
{
    submission->queue_previous = before;
    submission->queue_next = before == NULL ? self->first : before->queue_next;
    *(before == NULL ? &self->first : &before->queue_next) = submission;
    *(submission->queue_next == NULL ? &self->last : &submission->queue_next->queue_previous) =
        submission;
    submission->queued = 1;
    self->queued++;
}

void
queue_push_locked(pool *self, execz_submission *submission)
{
    execz_submission *before = self->last;

    while (before != NULL && before->task->priority < submission->task->priority) {
        before = before->queue_previous;
    }
    insert_locked(self, submission, before);
}

void
queue_push_back_locked(pool *self, execz_submission *submission)
{
    execz_submission *after = self->first;

    while (after != NULL && after->task->priority > submission->task->priority) {
        after = after->queue_next;
    }
    insert_locked(self, submission, after == NULL ? self->last : after->queue_previous);
}

int
queue_take_locked(pool *self, execz_submission *submission)
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
