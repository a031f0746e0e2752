/* SPDX-License-Identifier: MIT */
/* What is written of tasks and of run times.
 *
 * With a durable store everything that happens is a change, and the changes of one wake-up are committed
 * together, before an executor gets anything that was due in it.  A store that fails is tried again
 * later and later; meanwhile its changes wait here, and tasks go on.  Without one only the ends are
 * kept, as far as the history in memory goes.  All of this is [loop], but for what is _locked. */
#ifndef EZ_SCHEDULER_JOURNAL_H
#define EZ_SCHEDULER_JOURNAL_H

#include "scheduler/scheduler.h"
#include "scheduler/tell.h"

/* Whether ends are kept at all. */
static inline bool
ez_journal_is_kept(const execz_scheduler *self)
{
    return self->durable || self->history != NULL;
}

/* ---- occurrences: journal.c ------------------------------------------------------------------ */

/* Run times are due, and wait, or are on their way to their executor. */
void ez_journal_open(execz_scheduler *self, const ez_task *task, const ez_unsubmitted *due,
                     bool waits);

/* A run time of a run is to be attempted again; it waits for that. */
void ez_journal_again(execz_scheduler *self, const ez_run *run, execz_time run_time);

/* A later one covers this run time, which waited. */
void ez_journal_cover(execz_scheduler *self, const ez_task *task, execz_time run_time);

/* A run time of a run has ended, for good. */
void ez_journal_ended(execz_scheduler *self, const ez_run *run, const ez_outcome *outcome);

/* Run times that never were a run, or wait for the next attempt in vain, have ended so. */
void ez_journal_unsubmitted(execz_scheduler *self, uint32_t outcome, const ez_task *task,
                            const ez_unsubmitted *lost, execz_time at, const char *message);

/* ---- tasks and commits: changes.c ------------------------------------------------------------ */

void ez_changes_init(execz_scheduler *self);
void ez_changes_deinit(execz_scheduler *self);

/* When a store that has failed is to be tried again; EXECZ_TIME_NEVER: it works, or there is none. */
int64_t ez_changes_next_try(const execz_scheduler *self);

#endif
