/* SPDX-License-Identifier: MIT */
#include "scheduler/line.h"

void
ez_line_init(ez_line *self)
{
    *self = (ez_line){.waiters = g_sequence_new(NULL)};
}

void
ez_line_deinit(ez_line *self)
{
    ez_waiter *waiter;

    while ((waiter = ez_line_first(self)) != NULL) {
        ez_line_remove(waiter);
    }
    g_clear_pointer(&self->waiters, g_sequence_free);
}

static int
compare(const void *a, const void *b, void *user)
{
    const ez_waiter *one = a, *other = b;

    (void)user;
    if (one->priority != other->priority) {
        return one->priority > other->priority ? -1 : 1;
    }
    return (one->since > other->since) - (one->since < other->since);
}

void
ez_line_push(ez_line *self, ez_waiter *waiter)
{
    waiter->line = self;
    waiter->at = g_sequence_insert_sorted(self->waiters, waiter, compare, NULL);
    self->length++;
}

ez_waiter *
ez_line_first(const ez_line *self)
{
    return self->length == 0 ? NULL : g_sequence_get(g_sequence_get_begin_iter(self->waiters));
}

ez_waiter *
ez_line_find(const ez_line *self, bool (*wanted)(const ez_waiter *waiter))
{
    GSequenceIter *at = g_sequence_get_begin_iter(self->waiters);

    for (; !g_sequence_iter_is_end(at); at = g_sequence_iter_next(at)) {
        if (wanted(g_sequence_get(at))) {
            return g_sequence_get(at);
        }
    }
    return NULL;
}

ez_waiter *
ez_line_next(const ez_waiter *waiter)
{
    GSequenceIter *next = g_sequence_iter_next(waiter->at);

    return g_sequence_iter_is_end(next) ? NULL : g_sequence_get(next);
}

void
ez_line_remove(ez_waiter *waiter)
{
    if (waiter->line != NULL) {
        g_sequence_remove(waiter->at);
        waiter->line->length--;
        waiter->line = NULL;
    }
}
