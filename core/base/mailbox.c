/* SPDX-License-Identifier: MIT */
#include "base/mailbox.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

bool
ez_mailbox_init(ez_mailbox *self)
{
    self->lines = g_aligned_alloc0(1, sizeof *self->lines, alignof(ez_mailbox_lines));
    atomic_init(&self->lines->asleep, true);
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
    g_aligned_free(self->lines);
    self->lines = NULL;
}

/* The stack of this thread: given out in turn, so that the first eight threads share none. */
static unsigned
stack_of_thread(void)
{
    static atomic_uint given;
    static _Thread_local unsigned mine __attribute__((tls_model("initial-exec")));

    if (mine == 0) {
        mine = atomic_fetch_add_explicit(&given, 1, memory_order_relaxed) % EZ_MAILBOX_STACKS + 1;
    }
    return mine - 1;
}

void
ez_mailbox_ring(ez_mailbox *self)
{
    uint64_t one = 1;

    if (!atomic_exchange(&self->lines->rung, true)) {
        ssize_t written = write(self->bell, &one, sizeof one);

        (void)written; /* it can only be full, and then it rings already */
    }
}

void
ez_mailbox_push(ez_mailbox *self, ez_message *message)
{
    _Atomic(ez_message *) *stack = &self->lines->stacks[stack_of_thread()].newest;
    ez_message *newest = atomic_load_explicit(stack, memory_order_relaxed);

    do {
        message->next = newest;
    } while (!atomic_compare_exchange_weak(stack, &newest, message));
    if (atomic_load(&self->lines->asleep) && atomic_exchange(&self->lines->asleep, false)) {
        ez_mailbox_ring(self);
    }
}

static ez_message *
turn_round(ez_message *newest)
{
    ez_message *oldest = NULL;

    while (newest != NULL) {
        ez_message *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

static void
stop_bell(ez_mailbox *self)
{
    uint64_t rings;
    ssize_t got;

    if (atomic_exchange(&self->lines->rung, false)) {
        got = read(self->bell, &rings, sizeof rings);
        (void)got;
    }
}

ez_message *
ez_mailbox_take(ez_mailbox *self)
{
    ez_message *first = NULL;
    ez_message **end = &first;

    atomic_store_explicit(&self->lines->asleep, false, memory_order_relaxed);
    stop_bell(self); /* before the messages are taken: a ring in between is for the next time */
    for (int i = 0; i < EZ_MAILBOX_STACKS; i++) {
        _Atomic(ez_message *) *stack = &self->lines->stacks[i].newest;

        if (atomic_load_explicit(stack, memory_order_relaxed) != NULL) {
            *end = turn_round(atomic_exchange_explicit(stack, NULL, memory_order_acquire));
            while (*end != NULL) {
                end = &(*end)->next;
            }
        }
    }
    return first;
}

void
ez_mailbox_sleep(ez_mailbox *self)
{
    atomic_store(&self->lines->asleep, true);
    for (int i = 0; i < EZ_MAILBOX_STACKS; i++) {
        if (atomic_load(&self->lines->stacks[i].newest) != NULL) {
            atomic_store_explicit(&self->lines->asleep, false, memory_order_relaxed);
            ez_mailbox_ring(self);
            return;
        }
    }
}
