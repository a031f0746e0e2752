/* SPDX-License-Identifier: MIT */
#include "base/mailbox.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

_Bool
ez_mailbox_init(ez_mailbox *self)
{
    atomic_init(&self->newest, NULL);
    self->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return self->bell >= 0;
}

void
ez_mailbox_deinit(ez_mailbox *self)
{
    if (self->bell >= 0) {
        close(self->bell);
        self->bell = -1;
    }
}

void
ez_mailbox_ring(ez_mailbox *self)
{
    uint64_t one = 1;
    ssize_t written = write(self->bell, &one, sizeof one);

    (void)written; /* it can only be full, and then it rings already */
}

void
ez_mailbox_push(ez_mailbox *self, ez_message *message)
{
    ez_message *newest = atomic_load_explicit(&self->newest, memory_order_relaxed);

    do {
        message->next = newest;
    } while (!atomic_compare_exchange_weak_explicit(&self->newest, &newest, message,
                                                    memory_order_release, memory_order_relaxed));
    if (newest == NULL) {
        ez_mailbox_ring(self);
    }
}

ez_message *
ez_mailbox_take(ez_mailbox *self)
{
    ez_message *oldest = NULL;
    ez_message *at;
    uint64_t rings;
    ssize_t got;

    /* The bell is stopped before the messages are taken: a push in between rings anew. */
    got = read(self->bell, &rings, sizeof rings);
    (void)got;
    at = atomic_exchange_explicit(&self->newest, NULL, memory_order_acquire);
    while (at != NULL) {
        ez_message *next = at->next;

        at->next = oldest;
        oldest = at;
        at = next;
    }
    return oldest;
}
