/* SPDX-License-Identifier: MIT */
/* How a coroutine waits: it leaves the loop to others until it is woken. */
#ifndef ASYNCIO_WAITER_H
#define ASYNCIO_WAITER_H

#include "coroutine.h"

/* The waiter of self, for as long as its stack is used. */
void waiter_init(execz_waiter *waiter, coroutine *self);

/* Ends the children that self has not joined: they are cancelled and waited for.  [self] */
void waiter_end_children(coroutine *self);

/* Tells self and its descendants that their run is to stop: what they wait for ends.  [loop] */
void waiter_interrupt(coroutine *self);

#endif
