/* SPDX-License-Identifier: MIT */
/* Sets of small numbers as the bits of a word. */
#ifndef EZ_TRIGGER_BITS_H
#define EZ_TRIGGER_BITS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool
ez_bits_has(uint64_t bits, int n)
{
    return (bits >> n & 1) != 0;
}

/* bits must not be 0; neither for the next one. */
static inline int
ez_bits_lowest(uint64_t bits)
{
    return __builtin_ctzll(bits);
}

static inline int
ez_bits_highest(uint64_t bits)
{
    return 63 - __builtin_clzll(bits);
}

static inline uint64_t
ez_bits_count(uint64_t bits)
{
    return (uint64_t)__builtin_popcountll(bits);
}

/* All bits below bit n, which is less than 64. */
static inline uint64_t
ez_bits_below(int n)
{
    return (UINT64_C(1) << n) - 1;
}

#endif
