/* SPDX-License-Identifier: MIT */
/* Tasks that are paused, and the scheduler as a whole.
 *
 * A paused task is not in the queue of what is due.  If it resumes by itself, its node is in the
 * queue of resumptions instead. */
#ifndef EZ_SCHEDULER_PAUSE_H
#define EZ_SCHEDULER_PAUSE_H

#include "scheduler/scheduler.h"

typedef struct ez_pause {
    char *reason;     /* owned; NULL: none was given */
    execz_time until; /* EXECZ_TIME_NEVER: until somebody resumes it */
} ez_pause;

/* A table of ez_pause, owned, by ez_entry. */
GHashTable *ez_pauses_new(void);

/* Pauses it as it was when it was written down. */
void ez_pause_restore_locked(execz_scheduler *self, ez_entry *entry, const char *reason,
                             execz_time until);

/* How the entry is paused; NULL if it is not. */
const ez_pause *ez_pause_find_locked(execz_scheduler *self, ez_entry *entry);

/* Forgets the pause of an entry that is dropped, and takes it out of the queue it is in. */
void ez_pause_drop_locked(execz_scheduler *self, ez_entry *entry);

/* Resumes those whose time has come, and lets go of those resumed that have no future.  [loop] */
void ez_pause_step(execz_scheduler *self);

/* When the next one resumes by itself; EXECZ_TIME_NEVER: none. */
execz_time ez_pause_next_locked(execz_scheduler *self);

#endif
