/* SPDX-License-Identifier: MIT */
/* What waits for a worker: runs, by priority, and by arrival among equals.
 *
 * One thread pushes, many take, none of them with a lock.  Runs of one priority are a band: a list
 * of chunks, each an array that is filled once from its begin to its end.  The pusher writes a run
 * and then moves the chunk's tail; a taker moves the head over as many as it wants at once, and
 * what is between is its own.  Who has taken the last of a chunk gives it back for use again; head
 * and tail carry the number of that use, so that a taker which looks at a chunk of old cannot move
 * its head.  Only who comes between the taking of a chunk's last run and the band's step to the next
 * chunk, a few instructions later, has to wait, and leaves the processor to whoever is at it.
 * Chunks and bands are not freed before the queue is.  There are 256 bands at most, so
 * that looking through them stays cheap: a priority beyond joins the next lower one.
 *
 * Nothing is ever taken out of the middle: a run that was cancelled stays, and host->work() passes
 * over it. */
#ifndef THREADPOOL_QUEUE_H
#define THREADPOOL_QUEUE_H

#include <execz/sdk.h>

typedef struct queue_band queue_band;

/* What all read and what the pusher writes are kept apart: on one cache line each run would cost
 * every thread a miss. */
typedef struct queue {
    _Alignas(64) const execz_host *host;
    _Atomic(queue_band *) highest; /* bands in falling order of priority */

    /* Of the pusher. */
    _Alignas(64) queue_band *last_used;
    uint32_t n_bands;
} queue;

void queue_init(queue *self, const execz_host *host);
void queue_deinit(queue *self);

/* Appends run; false if there is no memory.  [one thread] */
int queue_push(queue *self, execz_run run, int32_t priority);

/* Takes from the highest band that has runs its share among so many takers, rounded up, and at most
 * max; their number, 0 if there are none.  [any-thread] */
uint32_t queue_take(queue *self, execz_run *runs, uint32_t max, uint32_t takers,
                    queue_band **band_out);

/* Whether there is something in front of band.  [any-thread] */
int queue_has_higher(queue *self, const queue_band *band);
int queue_is_empty(queue *self);

/* Zeroes that begin on a cache line; NULL if there is no memory. */
void *queue_alloc_aligned(const execz_host *host, size_t size);
void queue_free_aligned(const execz_host *host, void *aligned);

#endif
