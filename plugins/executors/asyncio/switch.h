/* SPDX-License-Identifier: MIT */
/* Leaves one stack and goes on with another.
 *
 * A switch is a call that comes back later: it keeps what the platform's calling convention asks a
 * function to keep (with the floating point modes), and nothing else.  Signal masks are not
 * touched, which is what makes it cost a few nanoseconds where swapcontext(3) makes a system call.
 */
#ifndef ASYNCIO_SWITCH_H
#define ASYNCIO_SWITCH_H

#include <stddef.h>

#if defined(__x86_64__) && defined(__LP64__)
#define SWITCH_OWN 1
#elif defined(__aarch64__) && defined(__LP64__) && defined(__AARCH64EL__)
#define SWITCH_OWN 1
#else
#define SWITCH_OWN 0
#include <ucontext.h>
#endif

/* Where a stack goes on. */
typedef struct context {
#if SWITCH_OWN
    void *sp;
#else
    ucontext_t state;
#endif
} context;

/* The next switch to self calls entry(argument) on the stack of length bytes at low, whose top may
 * be anything.  entry must not return. */
void context_init(context *self, void *low, size_t length, void (*entry)(void *), void *argument);

/* Goes on at `to`, and comes back when somebody switches to `from`. */
void context_switch(context *from, context *to);

#endif
