/* SPDX-License-Identifier: MIT */
/* Says why the process dies when a coroutine's stack is too small.
 *
 * The guard below the stack raises SIGSEGV.  A handler recognises its address, says on standard
 * error whose stack it was and what can be done, and leaves the rest to whoever handled the signal
 * before: by default the process dies of it, with a core that shows the overflowing frames.  Any
 * other SIGSEGV goes there without a word. */
#ifndef ASYNCIO_OVERFLOW_H
#define ASYNCIO_OVERFLOW_H

#include "loop.h"

enum { OVERFLOW_WATCHED_MAX = 64 };

/* Watches the coroutines of on; executor is an alias, borrowed.  False if too many are watched:
 * then nothing is said about this one's.  [setup] */
bool overflow_watch(const loop *on, const char *executor);
void overflow_unwatch(const loop *on);

/* A handler cannot run on a stack that is full: gives this thread another one for signals, unless
 * it has one.  Once for each thread that runs a loop; it is freed when the thread ends. */
void overflow_ready_thread(void);

#endif
