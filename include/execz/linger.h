/* SPDX-License-Identifier: MIT */
/**
 * execz/linger.h -- waiting for some microseconds, awake, before going to sleep.
 *
 * Falling asleep and being woken costs two system calls, and often the wait for a processor to wake
 * up: some microseconds on both sides.  Who lingers for about as long loses little if nothing comes
 * and saves all of it if something does.  Which of the two happens depends on the machine, its load
 * and the tasks, so it is tried: each time in vain doubles the number of times that lingering is
 * left out, up to a thousand.  What is idle lingers once, and sleeps.
 *
 * For the threads of an executor, and for execz's own.  Header-only.
 */
#ifndef EXECZ_LINGER_H
#define EXECZ_LINGER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Of one thread.  Zeroed at first. */
typedef struct execz_linger {
    uint32_t in_vain;   /* how often to leave it out after the last try */
    uint32_t leave_out; /* how often from now on */
} execz_linger;

#define EXECZ_LINGER_LEAVE_OUT_MAX 1023u
/** It lasts as long as the processor's counter takes for this, some ten microseconds. */
#define EXECZ_LINGER_TICKS UINT64_C(40000)
/** Whoever writes what is looked at pays for each look, too: looks become rarer, up to so many
 * pauses in between, which is about a microsecond. */
#define EXECZ_LINGER_PAUSES_MAX 64u

/** The processor's counter; where there is none known, one step for each look. */
static inline uint64_t
execz_linger_ticks(uint64_t before)
{
#if defined(__x86_64__)
    (void)before;
    return __builtin_ia32_rdtsc();
#else
    return before + EXECZ_LINGER_TICKS / 64;
#endif
}

static inline void
execz_linger_pause(uint32_t n)
{
    for (; n > 0; n--) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("isb" ::: "memory");
#endif
    }
}

/**
 * Looks again and again, until look() finds something (1); or for too long, or not even once because
 * that was in vain lately (0).  [any-thread]
 */
static inline int
execz_linger_until(execz_linger *self, int (*look)(void *user), void *user)
{
    uint64_t start = execz_linger_ticks(0);
    uint64_t now = start;
    uint32_t pauses = 1;

    if (self->leave_out > 0) {
        self->leave_out--;
        return 0;
    }
    do {
        if (look(user)) {
            self->in_vain = 0;
            return 1;
        }
        execz_linger_pause(pauses);
        pauses = pauses < EXECZ_LINGER_PAUSES_MAX ? 2 * pauses : pauses;
        now = execz_linger_ticks(now);
    } while (now - start < EXECZ_LINGER_TICKS);
    if (self->in_vain < EXECZ_LINGER_LEAVE_OUT_MAX) {
        self->in_vain = 2 * self->in_vain + 1;
    }
    self->leave_out = self->in_vain;
    return 0;
}

#ifdef __cplusplus
}
#endif
#endif
