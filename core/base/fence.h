/* SPDX-License-Identifier: MIT */
/* A full barrier right after an atomic step that reads and writes: on processors where such a step
 * is one already it costs nothing. */
#ifndef EZ_BASE_FENCE_H
#define EZ_BASE_FENCE_H

#include <stdatomic.h>

static inline void
ez_fence_after_step(void)
{
#if defined(__x86_64__)
    atomic_signal_fence(memory_order_seq_cst);
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

#endif
