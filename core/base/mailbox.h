/* SPDX-License-Identifier: MIT */
/* Messages from any thread to one, without a lock, and with at most one wake-up on its way.
 *
 * Each sending thread pushes onto one of a few stacks, so that threads which send at the same time
 * do not fight for one cache line; the receiver takes whole stacks and turns them round.  There is
 * no pop of single messages, hence no ABA.
 *
 * A thread that sends a great many opens a tray: a list of arrays that only it fills and only the
 * receiver empties.  What lies on a tray can be fetched into the cache ahead, which a linked list
 * cannot.  The tray itself is pushed once, and again after the receiver has begun to empty it; its
 * sender does so with all that it has put on since, when it announces it.
 *
 * Messages of one thread keep their order within stack and tray; between threads there is none.
 *
 * The bell rings only for a receiver that sleeps.  Before it sleeps it says so and then looks once
 * more; a sender pushes and then looks whether it sleeps.  All four steps are sequentially
 * consistent, so at least one of the two sees the other, and nothing is left behind.  Tray and
 * receiver meet in the same way; the barrier between put and announce is the sender's, who may have
 * a use for it anyway. */
#ifndef EZ_BASE_MAILBOX_H
#define EZ_BASE_MAILBOX_H

#include "base/identity.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <execz/linger.h>

#define EZ_CACHE_LINE 64
#define EZ_MAILBOX_STACKS 8

/* Embedded in the message; of whoever pushes it, until taken. */
typedef struct ez_message {
    struct ez_message *next;
} ez_message;

typedef struct ez_mailbox_stack {
    alignas(EZ_CACHE_LINE) _Atomic(ez_message *) newest;
} ez_mailbox_stack;

typedef struct ez_tray ez_tray;

/* What threads share; each line by itself. */
typedef struct ez_mailbox_lines {
    ez_mailbox_stack stacks[EZ_MAILBOX_STACKS];
    ez_mailbox_stack trays; /* those with something new on them */
    alignas(EZ_CACHE_LINE) atomic_bool asleep;
    atomic_bool rung;         /* the bell is readable, or about to be */
    _Atomic(void *) receiver; /* ez_identity() of the thread that has taken last */
} ez_mailbox_lines;

typedef struct ez_mailbox {
    ez_mailbox_lines *lines; /* owned */
    int bell;                /* eventfd, owned; readable when the receiver is to wake up */
    ez_tray *unfinished;     /* [loop] taken, and not empty yet */
    execz_linger linger;     /* [loop] */

    pthread_mutex_t lock;
    /* Guarded by lock. */
    ez_tray *all_trays; /* owned */
    ez_tray *closed_trays;
} ez_mailbox;

/* Asleep at first.  False if the system has no descriptor left. */
bool ez_mailbox_init(ez_mailbox *self);
void ez_mailbox_deinit(ez_mailbox *self); /* messages not taken are dropped */

/* [any-thread] */
void ez_mailbox_push(ez_mailbox *self, ez_message *message);

/* Makes the bell readable without a message.  [any-thread] */
void ez_mailbox_ring(ez_mailbox *self);

/* Whether the bell rings, or is about to. */
static inline bool
ez_mailbox_rings(const ez_mailbox *self)
{
    return atomic_load_explicit(&self->lines->rung, memory_order_relaxed);
}

/* Whether this thread is the one that takes, so that what it pushes cannot be taken meanwhile.
 * [any-thread] */
static inline bool
ez_mailbox_is_receiver(const ez_mailbox *self)
{
    return atomic_load_explicit(&self->lines->receiver, memory_order_relaxed) == ez_identity();
}

/* A tray for this thread alone; ez_tray_close() it soon, for another.  That announces it.
 * [any-thread] */
ez_tray *ez_tray_open(ez_mailbox *self);
void ez_tray_close(ez_tray *tray);

/* Lays a message on the tray.  It may stay there until the tray is announced.  [the thread that has
 * opened it] */
void ez_tray_put(ez_tray *tray, ez_message *message);

/* Sees to it that the receiver comes for what was put.  Between the two there has to be a full
 * barrier.  [the thread that has opened it] */
void ez_tray_announce(ez_tray *tray);

/* Wakes up, and takes messages, linked by next; NULL if there are none.  Not all if there are many:
 * until it gives NULL, or until ez_mailbox_sleep(), come again.  [loop] */
ez_message *ez_mailbox_take(ez_mailbox *self);

/* Whether so many expected messages are worth waiting for awake: some, but few. */
static inline bool
ez_mailbox_expects_few(size_t expected)
{
    return expected > 0 && expected <= 4;
}

/* Whether ez_mailbox_linger() would wait: it is not left out this time, and nothing is there yet.
 * [loop] */
bool ez_mailbox_would_linger(ez_mailbox *self);

/* Waits a moment for one of so many messages that are expected, if that was worth it lately; see
 * <execz/linger.h>.  If they are many it does not: what gathers while one sleeps is worth the call
 * that wakes.  look (NULL: none) is called all the while, and what it finds ends the wait as well.
 * To be called before going to sleep.  [loop] */
void ez_mailbox_linger(ez_mailbox *self, size_t expected, int (*look)(void *user), void *user);

/* Goes to sleep: from now on a push rings.  If there are messages already it rings itself.  To be
 * called before the bell is waited for.  [loop] */
void ez_mailbox_sleep(ez_mailbox *self);

#endif
