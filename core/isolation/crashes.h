/* SPDX-License-Identifier: MIT */
/* What follows from the crashes of a plugin host: when it is started again, and when no more.  A pure
 * function of their times. */
#ifndef EZ_ISOLATION_CRASHES_H
#define EZ_ISOLATION_CRASHES_H

#include "executor/isolation.h"

typedef struct ez_crashes {
    uint64_t n;                               /* in all */
    uint32_t in_a_row;                        /* each soon after the one before */
    int64_t recent[EZ_ISOLATION_CRASHES_MAX]; /* monotonic; number i is at i % that */
} ez_crashes;

/* Notes one; times are monotonic.  When to start again; EXECZ_TIME_NEVER: no more. */
int64_t ez_crashes_note(ez_crashes *self, const ez_isolation *isolation, int64_t now);

#endif
