/* SPDX-License-Identifier: MIT */
/* Whether a worker has something to tell, and who waits for it: the supervisor, or the loop. */
#include "pool.h"

#include <string.h>

/* Whether no more than the loop has to know what the worker tells next. */
static int
is_the_loops_locked(const worker *self)
{
    const pool *owner = self->pool;
    const execz_submission *submission = self->runs[self->oldest % WIRE_CELLS];

    return owner->lends_loop && self->state == WORKER_READY && owner->first == NULL &&
           self->inflight <= 1 && !atomic_load(&owner->stopping) &&
           (self->inflight == 0 || submission == NULL || submission->task->timeout <= 0 ||
            self->begun == self->oldest + 1);
}

void
news_are_the_supervisors_locked(worker *self)
{
    uint32_t loop = WIRE_LOOP_SLEEPS;

    (void)atomic_compare_exchange_strong(&self->ring->host_sleeps, &loop, WIRE_SLEEPS);
}

int
news_are_large(const worker *self)
{
    uint32_t there = atomic_load_explicit(&self->ring->written, memory_order_acquire) - self->read;
    uint32_t at = self->read % WIRE_RECORDS_SIZE;
    uint32_t head[2]; /* length and kind */
    wire_record record;

    if (there >= sizeof head && at <= WIRE_RECORDS_SIZE - sizeof head) {
        memcpy(head, self->ring->records + at, sizeof head);
        if (head[1] == WIRE_PAD && head[0] <= there) {
            there -= head[0];
            at = 0;
        }
    }
    if (there < sizeof record || at > WIRE_RECORDS_SIZE - sizeof record) {
        return 0;
    }
    memcpy(&record, self->ring->records + at, sizeof record);
    return record.serial != 0;
}

int
news_of_locked(worker *self, int sleeping)
{
    if (sleeping) { /* the worker may have cleared it for something we had seen already */
        atomic_store(&self->ring->host_sleeps, worker_is_fast_locked(self) ? WIRE_NAPS
                                               : is_the_loops_locked(self) ? WIRE_LOOP_SLEEPS
                                                                           : WIRE_SLEEPS);
    }
    return atomic_load(&self->ring->written) != self->read ||
           (self->state == WORKER_STARTING && atomic_load(&self->ring->ready) == WIRE_TAKES) ||
           (self->inflight > 0 && !self->loading && self->begun != self->oldest + 1 &&
            worker_has_begun(self, self->oldest));
}
