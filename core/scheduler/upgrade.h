/* SPDX-License-Identifier: MIT */
/* Executors get another generation of their plugin while the scheduler runs.
 *
 * The new one is loaded under a name of its own and started while the old one still works; one that is
 * isolated takes its time for that, and the loop goes on meanwhile.  Only then is the alias switched, between two runs; the old one finishes what it has and is shut down, as one
 * that is removed.  If anything fails, nothing changes, and the log says why. */
#ifndef EZ_SCHEDULER_UPGRADE_H
#define EZ_SCHEDULER_UPGRADE_H

#include "scheduler/scheduler.h"

/* Begins to watch for files of plugins, if the scheduler is to.  [setup], started */
void ez_upgrade_begin(execz_scheduler *self);

/* Whether there is something to do.  [any-thread] */
bool ez_upgrade_is_due(execz_scheduler *self);

/* Does it.  [loop] */
void ez_upgrade_step(execz_scheduler *self);

/* Ends what the place was to have next, if anything: nothing comes of it.  [loop] */
void ez_upgrade_drop_next(execz_scheduler *self, ez_executor_place *place);

/* Watches no more.  [setup] */
void ez_upgrade_end(execz_scheduler *self);

#endif
