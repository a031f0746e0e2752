/* SPDX-License-Identifier: MIT */
/* What waits, in order: higher priority first, then what has been due for longer, then who came first.
 *
 * Whoever waits carries its place in the line, so that it can leave from anywhere without being looked
 * for.  [loop] */
#ifndef EZ_SCHEDULER_LINE_H
#define EZ_SCHEDULER_LINE_H

#include <stdbool.h>

#include <glib.h>

#include <execz/plugin.h>

typedef struct ez_line {
    GSequence *waiters; /* owned; of ez_waiter, borrowed */
    size_t length;
} ez_line;

/* Something that is due and waits, embedded in it: what an entry holds, or a next attempt. */
typedef struct ez_waiter {
    struct ez_entry *entry; /* of whoever it is embedded in */
    execz_time since;       /* when it was due */
    int32_t priority;
    bool is_retry;
    ez_line *line;     /* that it stands in; NULL: in none */
    GSequenceIter *at; /* where in it */
} ez_waiter;

void ez_line_init(ez_line *self);
void ez_line_deinit(ez_line *self); /* whoever is in it is in none then */

/* The waiter stands in no line. */
void ez_line_push(ez_line *self, ez_waiter *waiter);

/* NULL if nobody is there. */
ez_waiter *ez_line_first(const ez_line *self);

/* The first that wanted says yes to; it is asked about all before it. */
ez_waiter *ez_line_find(const ez_line *self, bool (*wanted)(const ez_waiter *waiter));

/* Who comes behind; NULL if nobody does. */
ez_waiter *ez_line_next(const ez_waiter *waiter);

/* Takes the waiter out of the line it stands in; fine if it does not. */
void ez_line_remove(ez_waiter *waiter);

static inline size_t
ez_line_length(const ez_line *self)
{
    return self->length;
}

#endif
