/* SPDX-License-Identifier: MIT */
/* What a body starts beside itself: the last three entries of an ez_waiter's table, whose promises
 * are those of execz_waiter.
 *
 * Where the executor's waiter has children, a child is one of those.  Else it is a thread: of a
 * body that blocks its own thread anyway, and also where an executor's waiter knows nothing of
 * children, so that a function which has some runs on every executor.  A thread's end is a
 * descriptor, which the parent waits for as for any other. */
#ifndef EZ_FUNCTION_CHILD_H
#define EZ_FUNCTION_CHILD_H

#include "function/waiter.h"

/* waiter is the parent's ez_waiter, which is what spawn gave. */
int32_t ez_child_spawn(void *waiter, void (*entry)(void *argument, const execz_waiter *waiter),
                       void *argument, void **child_out);
int32_t ez_child_join(void *waiter, void *which, execz_duration timeout);
int32_t ez_child_cancel(void *waiter, void *which);

/* Waits until child, which was cancelled, has ended, though the run itself is told to stop.  false:
 * the executor does not know its own child, which may be running for all we know. */
bool ez_child_end(ez_waiter *waiter, void *child);

#endif
