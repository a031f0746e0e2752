/* SPDX-License-Identifier: MIT */
/* Whose runs have ended, for the clients that wait for that.
 *
 * The loop notes the tasks as it hears of them, and tells them after the pass, when what has ended can be
 * read in the history.  While nobody waits it notes nothing. */
#ifndef EZ_DAEMON_WATCH_H
#define EZ_DAEMON_WATCH_H

#include <stdbool.h>

#include <execz/scheduler.h>

typedef struct ez_watch ez_watch;

/* NULL with errno if the system has no descriptor left. */
ez_watch *ez_watch_new(execz_scheduler *scheduler);
void ez_watch_free(ez_watch *self);

/* Tells what was noted in this pass.  [loop] */
void ez_watch_tell(ez_watch *self);

/* The rest is for the one thread that serves those who wait. */

/* Readable when something was told. */
int ez_watch_fd(const ez_watch *self);

/* One more waits, or one less.  What has ended before is not noted: look for it after this. */
void ez_watch_enter(ez_watch *self);
void ez_watch_leave(ez_watch *self);

/* Takes what was told since the last time, for ez_watch_has(). */
void ez_watch_take(ez_watch *self);

/* Has a run of this task ended; NULL: of any? */
bool ez_watch_has(const ez_watch *self, const char *task);

#endif
