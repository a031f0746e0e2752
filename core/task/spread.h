/* SPDX-License-Identifier: MIT */
/* A number that looks random and is always the same for the same things: what jitter is made of, so
 * that a test needs no seed and a preview tells the truth. */
#ifndef EZ_TASK_SPREAD_H
#define EZ_TASK_SPREAD_H

#include <stdint.h>

/* 64-bit finaliser of MurmurHash3 (Austin Appleby, public domain formula): spreads close inputs. */
static inline uint64_t
ez_spread(uint64_t value)
{
    value ^= value >> 33;
    value *= UINT64_C(0xff51afd7ed558ccd);
    value ^= value >> 33;
    value *= UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ value >> 33;
}

#endif
