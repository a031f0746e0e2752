/* SPDX-License-Identifier: MIT */
/* How long a test waits for what must come.  It measures nothing: it only ends a test that would
 * wait for ever, on a machine however slow. */
#ifndef EZ_TESTS_PATIENCE_H
#define EZ_TESTS_PATIENCE_H

#include "base/clock.h"

#include <stdbool.h>

#define PATIENCE (3 * EXECZ_MINUTE)
#define PATIENCE_MS 180000

/* On the monotonic clock. */
static inline int64_t
patience_ends(void)
{
    return ez_clock_monotonic(ez_clock_system()) + PATIENCE;
}

static inline bool
patience_is_over(int64_t end)
{
    return ez_clock_monotonic(ez_clock_system()) >= end;
}

#endif
