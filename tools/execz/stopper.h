/* SPDX-License-Identifier: MIT */
/* Ends a scheduler that runs in the foreground: when its time is over, and at a signal; and reloads its
 * configuration at SIGHUP, unless that comes from a terminal that is gone.
 *
 * The first SIGINT or SIGTERM shuts down and lets unfinished runs go on to their end, the second
 * cancels them, the third ends the process at once.  A thread of its own waits for them: the loop
 * may be inside of a task, which is when people press Ctrl-C. */
#ifndef EZ_TOOL_STOPPER_H
#define EZ_TOOL_STOPPER_H

#include <execz/scheduler.h>

typedef struct ez_stopper ez_stopper;

typedef struct ez_stopper_settings {
    execz_duration length;      /* the time is over then; < 0: never */
    execz_duration drain;       /* after a signal, unfinished runs have this long; < 0: no limit */
    void (*reload)(void *user); /* called on the stopper's thread; NULL: SIGHUP ends it, too */
    void *user;
} ez_stopper_settings;

/* Blocks the signals in this thread and all that it starts from now on, and starts the thread that
 * takes them.  NULL with errno if there is no thread. */
ez_stopper *ez_stopper_new(execz_scheduler *scheduler, const ez_stopper_settings *settings);

/* The scheduler is started now: does what was asked for before that. */
void ez_stopper_arm(ez_stopper *self);

/* Shuts down as the first signal does, but says nothing.  [any-thread] */
void ez_stopper_drain(ez_stopper *self);

/* Ends the thread.  The signals stay blocked. */
void ez_stopper_free(ez_stopper *self);

#endif
