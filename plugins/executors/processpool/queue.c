/* SPDX-License-Identifier: MIT */
/* One list, with insertion from the back, because nearly all runs have the priority of the one
 * before. */
#include "pool.h"

static void
insert_locked(pool *self, execz_submission *submission, execz_submission *before)
{
    execz_submission **after = before == NULL ? &self->first : &place_of(before)->next;
    place *at = place_of(submission);

    at->previous = before;
    at->next = *after;
    *after = submission;
    *(at->next == NULL ? &self->last : &place_of(at->next)->previous) = submission;
    at->queued = 1;
    self->queued++;
}

void
queue_push_locked(pool *self, execz_submission *submission)
{
    execz_submission *before = self->last;

    while (before != NULL && before->task->priority < submission->task->priority) {
        before = place_of(before)->previous;
    }
    insert_locked(self, submission, before);
}

void
queue_push_back_locked(pool *self, execz_submission *submission)
{
    execz_submission *after = self->first;

    while (after != NULL && after->task->priority > submission->task->priority) {
        after = place_of(after)->next;
    }
    insert_locked(self, submission, after == NULL ? self->last : place_of(after)->previous);
}

int
queue_take_locked(pool *self, execz_submission *submission)
{
    place *at = place_of(submission);

    if (!at->queued) {
        return 0;
    }
    *(at->previous == NULL ? &self->first : &place_of(at->previous)->next) = at->next;
    *(at->next == NULL ? &self->last : &place_of(at->next)->previous) = at->previous;
    at->queued = 0;
    self->queued--;
    return 1;
}
