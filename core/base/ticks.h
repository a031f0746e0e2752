/* SPDX-License-Identifier: MIT */
/* The processor's own counter: cheaper than any clock, and good only to tell that very little time
 * has passed.  It need not agree between processors, nor keep its pace; a thread that has moved
 * reads a number far away from its last, and takes that for much time. */
#ifndef EZ_BASE_TICKS_H
#define EZ_BASE_TICKS_H

#include <stdint.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

static inline uint64_t
ez_ticks(void)
{
#if defined(__x86_64__)
    return __rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return 0;
#endif
}

/* Ticks that take at most a microsecond; 0: not known. */
static inline uint64_t
ez_ticks_in_a_moment(void)
{
#if defined(__x86_64__)
    return 1000; /* of a gigahertz or more */
#elif defined(__aarch64__)
    uint64_t in_a_second;

    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(in_a_second));
    return in_a_second / 1000000;
#else
    return 0;
#endif
}

#endif
