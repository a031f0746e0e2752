/* SPDX-License-Identifier: MIT */
/* An executor's waiter with children, small: bodies that take turns.  Each has a thread, but only
 * one of them runs at a time, until it waits: what an event loop's coroutines see. */
#ifndef EZ_TESTS_FUNCTION_FIBERS_H
#define EZ_TESTS_FUNCTION_FIBERS_H

#include <execz/plugin.h>

/* Runs entry(argument, waiter) and whatever that spawns, until all have ended. */
void fibers_run(void (*entry)(void *argument, const execz_waiter *waiter), void *argument);

/* Told to whoever waits, now and later, but not to a parent that waits for a child it cancelled. */
void fibers_cancel_all(void);

/* How many were spawned in this process. */
unsigned fibers_spawned(void);

#endif
