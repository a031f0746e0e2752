/* SPDX-License-Identifier: MIT */
/* Ends a scheduler that runs in the foreground: when its time is over, and at a signal.
 *
 * The first SIGINT or SIGTERM shuts down and lets unfinished runs go on to their end, the second
 * cancels them, the third ends the process at once.  A thread of its own waits for them: the loop
 * may be inside of a task, which is when people press Ctrl-C. */
#ifndef EZ_TOOL_STOPPER_H
#define EZ_TOOL_STOPPER_H

#include <execz/scheduler.h>

typedef struct ez_stopper ez_stopper;

/* Blocks the signals in this thread and all that it starts from now on, and starts the thread that
 * takes them.  length < 0: the time is never over.  NULL with errno if there is no thread. */
ez_stopper *ez_stopper_new(execz_scheduler *scheduler, execz_duration length);

/* The scheduler is started now: does what was asked for before that. */
void ez_stopper_arm(ez_stopper *self);

/* Shuts down as the first signal does, but says nothing.  [any-thread] */
void ez_stopper_drain(ez_stopper *self);

/* Ends the thread.  The signals stay blocked. */
void ez_stopper_free(ez_stopper *self);

#endif
