/* SPDX-License-Identifier: MIT */
#include "scheduler/line.h"

void
ez_line_init(ez_line *self)
{
    self->waiters = g_sequence_new(g_free);
}

void
ez_line_deinit(ez_line *self)
{
    ez_waiter waiter;

    while (ez_line_pop(self, &waiter)) {
        ez_entry_unref(waiter.entry);
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
ez_line_push(ez_line *self, const ez_waiter *waiter)
{
    ez_waiter *kept = g_new(ez_waiter, 1);

    *kept = *waiter;
    g_sequence_insert_sorted(self->waiters, kept, compare, NULL);
}

bool
ez_line_pop(ez_line *self, ez_waiter *waiter_out)
{
    GSequenceIter *first = g_sequence_get_begin_iter(self->waiters);

    if (g_sequence_iter_is_end(first)) {
        return false;
    }
    *waiter_out = *(ez_waiter *)g_sequence_get(first);
    g_sequence_remove(first);
    return true;
}

bool
ez_line_remove(ez_line *self, const ez_entry *entry)
{
    GSequenceIter *at = g_sequence_get_begin_iter(self->waiters);

    for (; !g_sequence_iter_is_end(at); at = g_sequence_iter_next(at)) {
        if (((ez_waiter *)g_sequence_get(at))->entry == entry) {
            g_sequence_remove(at);
            return true;
        }
    }
    return false;
}

size_t
ez_line_length(const ez_line *self)
{
    return (size_t)g_sequence_get_length(self->waiters);
}
