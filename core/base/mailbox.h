/* SPDX-License-Identifier: MIT */
/* Messages from any thread to one, without a lock, and with at most one wake-up on its way.
 *
 * Each sending thread pushes onto one of a few stacks, so that threads which send at the same time
 * do not fight for one cache line; the receiver takes whole stacks and turns them round.  There is
 * no pop of single messages, hence no ABA.  The messages of one thread keep their order; between
 * threads there is none.
 *
 * The bell rings only for a receiver that sleeps.  Before it sleeps it says so and then looks once
 * more; a sender pushes and then looks whether it sleeps.  All four steps are sequentially
 * consistent, so at least one of the two sees the other, and nothing is left behind. */
#ifndef EZ_BASE_MAILBOX_H
#define EZ_BASE_MAILBOX_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>

#define EZ_CACHE_LINE 64
#define EZ_MAILBOX_STACKS 8

/* Embedded in the message; of whoever pushes it, until taken. */
typedef struct ez_message {
    struct ez_message *next;
} ez_message;

typedef struct ez_mailbox_stack {
    alignas(EZ_CACHE_LINE) _Atomic(ez_message *) newest;
} ez_mailbox_stack;

/* What threads share; each line by itself. */
typedef struct ez_mailbox_lines {
    ez_mailbox_stack stacks[EZ_MAILBOX_STACKS];
    alignas(EZ_CACHE_LINE) atomic_bool asleep;
    atomic_bool rung; /* the bell is readable, or about to be */
} ez_mailbox_lines;

typedef struct ez_mailbox {
    ez_mailbox_lines *lines; /* owned */
    int bell;                /* eventfd, owned; readable when the receiver is to wake up */
} ez_mailbox;

/* Asleep at first.  False if the system has no descriptor left. */
bool ez_mailbox_init(ez_mailbox *self);
void ez_mailbox_deinit(ez_mailbox *self); /* messages not taken are dropped */

/* [any-thread] */
void ez_mailbox_push(ez_mailbox *self, ez_message *message);

/* Makes the bell readable without a message.  [any-thread] */
void ez_mailbox_ring(ez_mailbox *self);

/* Wakes up, and takes all messages, linked by next; NULL if there are none.  [loop] */
ez_message *ez_mailbox_take(ez_mailbox *self);

/* Goes to sleep: from now on a push rings.  If there are messages already it rings itself.  To be
 * called before the bell is waited for.  [loop] */
void ez_mailbox_sleep(ez_mailbox *self);

#endif
