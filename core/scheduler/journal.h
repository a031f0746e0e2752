/* SPDX-License-Identifier: MIT */
/* What is written of run times: how each of them has ended.  [loop] */
#ifndef EZ_SCHEDULER_JOURNAL_H
#define EZ_SCHEDULER_JOURNAL_H

#include "scheduler/scheduler.h"
#include "scheduler/tell.h"

/* A run time of a run has ended, for good. */
void ez_journal_ended(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome);

/* Run times that never were a run, or wait for the next attempt in vain, have ended so. */
void ez_journal_unsubmitted(execz_scheduler *self, uint32_t outcome, const ez_task *task,
                            const ez_unsubmitted *lost, execz_time at, const char *message);

/* Frees changes that are committed, or never will be. */
void ez_journal_drop_changes(GArray *changes);

/* Whether anything is written at all. */
static inline bool
ez_journal_is_kept(const execz_scheduler *self)
{
    return self->history != NULL;
}

#endif
