/* SPDX-License-Identifier: MIT */
/* A thread in the plugin host that sees to it that nothing outlives the scheduler, even if the plugin
 * holds the thread that would hear of it; and that tells the scheduler when it holds that thread for a
 * body, which may take as long as it likes.
 *
 * It waits for the end of the scheduler's process.  PR_SET_PDEATHSIG is for the end of the thread that
 * has started us, which is not the same: any thread may be the loop for a while. */
#ifndef EZ_ISOLATION_GUARDIAN_H
#define EZ_ISOLATION_GUARDIAN_H

#include <stdbool.h>

#include <execz/types.h>

/* Starts it.  socket: its peer is the scheduler.  tick (NULL: none) is called every so often, unless
 * that is 0.  False if the scheduler is gone, or there can be no thread. */
bool ez_guardian_start(int socket, execz_duration every, void (*tick)(void *user), void *user);

/* Ends this process, and first all that it has started; once, whichever thread comes first. */
void ez_guardian_leave(void) __attribute__((noreturn));

#endif
