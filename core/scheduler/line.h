/* SPDX-License-Identifier: MIT */
/* The tasks that wait for one executor: higher priority first, then what has been due for longer,
 * then who came first. */
#ifndef EZ_SCHEDULER_LINE_H
#define EZ_SCHEDULER_LINE_H

#include "scheduler/entry.h"

typedef struct ez_line {
    GSequence *waiters; /* owned; of ez_waiter, owned */
} ez_line;

typedef struct ez_waiter {
    ez_entry *entry; /* a reference */
    int32_t priority;
    execz_time since; /* when it was due */
} ez_waiter;

void ez_line_init(ez_line *self);
void ez_line_deinit(ez_line *self); /* drops the references */

/* The reference goes with it, in and out. */
void ez_line_push(ez_line *self, const ez_waiter *waiter);
bool ez_line_pop(ez_line *self, ez_waiter *waiter_out);

/* Takes the entry out of the line, wherever it is; false if it is not there.  Slow. */
bool ez_line_remove(ez_line *self, const ez_entry *entry);

size_t ez_line_length(const ez_line *self);

#endif
