/* SPDX-License-Identifier: MIT */
/* Messages from any thread to one, without a lock, and with one wake-up for a burst of them.
 *
 * Senders push onto a stack; the receiver takes the whole stack at once and turns it round.  The
 * sender that finds the stack empty is the one that rings: after a take the next push rings again,
 * so no message is left behind and no bell is rung twice for one burst.  There is no pop of single
 * messages, hence no ABA. */
#ifndef EZ_BASE_MAILBOX_H
#define EZ_BASE_MAILBOX_H

#include <stdatomic.h>

/* Embedded in the message; of whoever pushes it, until taken. */
typedef struct ez_message {
    struct ez_message *next;
} ez_message;

typedef struct ez_mailbox {
    _Atomic(ez_message *) newest;
    int bell; /* eventfd, owned; readable when there may be messages */
} ez_mailbox;

/* False if the system has no descriptor left. */
_Bool ez_mailbox_init(ez_mailbox *self);
void ez_mailbox_deinit(ez_mailbox *self); /* messages not taken are dropped */

/* [any-thread] */
void ez_mailbox_push(ez_mailbox *self, ez_message *message);

/* Makes the bell readable without a message.  [any-thread] */
void ez_mailbox_ring(ez_mailbox *self);

/* All messages in the order of their pushes, linked by next; NULL if there are none.  [loop] */
ez_message *ez_mailbox_take(ez_mailbox *self);

#endif
