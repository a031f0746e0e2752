/* SPDX-License-Identifier: MIT */
/* A run's phase, one word: generation << 32 | threads inside << 8 | state; run.h says what they mean.
 * What each run goes through is inline: it costs no more than its atomic operation. */
#ifndef EZ_EXECUTOR_PHASE_H
#define EZ_EXECUTOR_PHASE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <execz/plugin.h>

typedef atomic_uint_fast64_t ez_phase;

enum { EZ_FREE = 0, EZ_OPEN = 1, EZ_BEGUN = 2, EZ_WORKING = 3, EZ_FINISHED = 4 };

#define EZ_PHASE_STATE UINT64_C(0xff)
#define EZ_PHASE_ONE_INSIDE UINT64_C(0x100)
#define EZ_PHASE_INSIDE UINT64_C(0xffffff00)
#define EZ_PHASE_GENERATION UINT64_C(0xffffffff00000000)

static inline unsigned
ez_phase_state(uint64_t phase)
{
    return phase & EZ_PHASE_STATE;
}

static inline bool
ez_phase_is_of(uint64_t phase, execz_run token)
{
    return ((phase ^ token) & EZ_PHASE_GENERATION) == 0;
}

static inline uint64_t
ez_phase_with(uint64_t phase, unsigned state)
{
    return (phase & ~EZ_PHASE_STATE) | state;
}

/* From before to after; if another thread was first, before is what it is now. */
static inline bool
ez_phase_change(ez_phase *self, uint64_t *before, /* NOLINT(readability-non-const-parameter) */
                uint64_t after)
{
    return atomic_compare_exchange_weak_explicit(self, before, after, memory_order_acq_rel,
                                                 memory_order_relaxed);
}

static inline uint64_t
ez_phase_look(const ez_phase *self)
{
    return atomic_load_explicit(self, memory_order_relaxed);
}

#endif
