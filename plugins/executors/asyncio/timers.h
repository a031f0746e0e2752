/* SPDX-License-Identifier: MIT */
/* Points in time to wait for, the next one at hand: a heap of four children to a node, half as deep
 * as one of two.  A deadline lies in the heap beside its owner, so that comparing touches nothing
 * else. */
#ifndef ASYNCIO_TIMERS_H
#define ASYNCIO_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#define TIMERS_NEVER INT64_MAX

/* Embedded in what waits. Zeroes: not set. */
typedef struct timer {
    uint32_t place; /* in the heap, from 1 */
} timer;

typedef struct timer_entry {
    int64_t deadline;
    timer *timer;
} timer_entry;

typedef struct timers {
    timer_entry *entries; /* owned; the first is not used */
    uint32_t n;
    uint32_t room;
} timers;

void timers_init(timers *self);
void timers_deinit(timers *self);

/* Sets one that is not set.  False if there is no memory. */
bool timers_add(timers *self, timer *one, int64_t deadline);

/* Does nothing if it is not set. */
void timers_remove(timers *self, timer *one);

/* Takes out one that is due at `now`, the earliest first; NULL if there is none. */
timer *timers_take_due(timers *self, int64_t now);

/* The earliest deadline; TIMERS_NEVER if there is none. */
static inline int64_t
timers_next(const timers *self)
{
    return self->n == 0 ? TIMERS_NEVER : self->entries[1].deadline;
}

/* Whether everything is in its place; for tests. */
bool timers_check(const timers *self);

#endif
