/* SPDX-License-Identifier: MIT */
/* A request to stop, raised once by any thread and seen by the one that waits.
 *
 * Eight bytes, and no cost until somebody waits on it: a thread that sleeps does so on the word
 * itself, and the descriptor that poll(2) needs is made on first use. */
#ifndef EZ_BASE_INTERRUPT_H
#define EZ_BASE_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <execz/types.h>

typedef struct ez_interrupt {
    _Atomic uint32_t state; /* a futex: bit 0 raised, bit 1 somebody sleeps on it */
    _Atomic int32_t fd;     /* -1 until ez_interrupt_fd() */
} ez_interrupt;

void ez_interrupt_init(ez_interrupt *self);
void ez_interrupt_deinit(ez_interrupt *self);

/* Back to not raised, for the next use; nobody may be at it.  Its descriptor is given back. */
static inline void
ez_interrupt_reset(ez_interrupt *self)
{
    if (atomic_load_explicit(&self->fd, memory_order_relaxed) >= 0) {
        ez_interrupt_deinit(self);
    }
    if (atomic_load_explicit(&self->state, memory_order_relaxed) != 0) {
        atomic_store_explicit(&self->state, 0, memory_order_relaxed);
    }
}

/* Wakes who waits, now and later.  [any-thread] */
void ez_interrupt_raise(ez_interrupt *self);

static inline bool
ez_interrupt_raised(const ez_interrupt *self)
{
    return (atomic_load_explicit(&self->state, memory_order_acquire) & 1) != 0;
}

/**
 * Waits until raised (true) or the deadline on the monotonic clock (false; EXECZ_NO_DEADLINE:
 * none).
 */
bool ez_interrupt_wait_until(ez_interrupt *self, int64_t deadline);

/* A descriptor that is readable once raised, owned by self; -1 if the system has none left. */
int ez_interrupt_fd(ez_interrupt *self);

#endif
