/* SPDX-License-Identifier: MIT */
/* The runs in flight.
 *
 * A run is named by a token, slot and generation, that plugins may keep, lose, forge or use twice:
 * the table tells a live one from any other and never hands out memory that is gone, because slots
 * are never freed.  Slots are opened and closed on the loop; in between any thread may look at
 * them. */
#ifndef EZ_EXECUTOR_RUNS_H
#define EZ_EXECUTOR_RUNS_H

#include "executor/run.h"

typedef struct ez_runs ez_runs;

/* Runs in flight at the same time; beyond them tasks wait as if their executor was busy. */
#define EZ_RUNS_MAX EXECZ_RUNS_MAX

ez_runs *ez_runs_new(void);

/* With at most limit runs, up to EZ_RUNS_MAX. */
ez_runs *ez_runs_new_limited(size_t limit);
void ez_runs_free(ez_runs *self);

/* Of runs that another table has given their tokens: they are opened by ez_runs_open_as() alone. */
ez_runs *ez_runs_new_mirror(void);

/* Opens a run with this token.  NULL if its slot is in use here, or may still be visited by a thread:
 * then try again.  Has as many slots as the other table.  [loop] */
ez_run *ez_runs_open_as(ez_runs *self, execz_run token, ez_task *task, struct ez_executor *executor,
                        const execz_time *times, uint32_t n);

/* Opens a run of task for n run times.  NULL if its limit is reached.  [loop] */
ez_run *ez_runs_open(ez_runs *self, ez_task *task, struct ez_executor *executor,
                     const execz_time *times, uint32_t n);

/* Makes the slot of a run that is finished, or was refused, free for another.  [loop] */
void ez_runs_close(ez_runs *self, ez_run *run);

/* The run of this token that is not finished, and keeps its slot from reuse until ez_run_leave();
 * NULL if the token is stale or was never one.  [any-thread] */
ez_run *ez_runs_enter(ez_runs *self, execz_run token);

/* Takes the open run of this token for executor, as nobody else can any more: WORKING.  NULL if it
 * is not open, or not that executor's.  [any-thread] */
ez_run *ez_runs_begin_work(ez_runs *self, execz_run token, const struct ez_executor *executor);

/* Fetches the run of this token, if it ever was one, into the cache.  [any-thread] */
void ez_runs_prefetch(ez_runs *self, execz_run token);

/* The run of this token, open or finished; NULL if it was closed.  [loop] */
ez_run *ez_runs_find(ez_runs *self, execz_run token);

/* Gives up a run that is WORKING: it does not count any more, and ez_runs_close() comes with its
 * message.  [loop] */
void ez_runs_give_up(ez_runs *self, ez_run *run);

/* How many runs are open or finished and not closed.  [any-thread] */
size_t ez_runs_count(const ez_runs *self);

/* Calls visit for each of them, but not for those given up.  [loop] */
void ez_runs_foreach(ez_runs *self, void (*visit)(void *user, ez_run *run), void *user);

/* How many of executor's runs are not finished.  Slow.  [any-thread] */
uint32_t ez_runs_count_unfinished(ez_runs *self, const struct ez_executor *executor);

#endif
