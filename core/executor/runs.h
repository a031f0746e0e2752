/* SPDX-License-Identifier: MIT */
/* The runs in flight.
 *
 * A run is named by a token, slot and generation, that plugins may keep, lose, forge or use twice:
 * the table tells a live one from any other and never hands out memory that is gone, because slots
 * are never freed. Slots are opened and closed on the loop; in between any thread may look at them.
 *  A run's way:
 *
 *     FREE --open--> OPEN --finish (first one wins)--> FINISHED --close on the loop--> FREE, next
 *     generation
 */
#ifndef EZ_EXECUTOR_RUNS_H
#define EZ_EXECUTOR_RUNS_H

#include "base/interrupt.h"
#include "base/mailbox.h"
#include "task/outcome.h"
#include "task/task.h"

#include <execz/event.h>

struct ez_executor;

/* What executors send to the loop; first in each message. */
typedef struct ez_host_message {
    ez_message message;
    uint32_t kind; /* EZ_HOST_* */
} ez_host_message;

#define EZ_HOST_FINISHED 1u /* an ez_run */
#define EZ_HOST_STARTED 2u  /* an ez_started, of whoever takes it */
#define EZ_HOST_POSTED 3u   /* an ez_posted, of whoever takes it */

typedef struct ez_started {
    ez_host_message head;
    execz_run token;
    execz_time run_time;
    execz_time at;
} ez_started;

typedef struct ez_posted {
    ez_host_message head;
    void (*function)(void *argument);
    void *argument;
} ez_posted;

/* One run time of a run. */
typedef struct ez_run_time {
    execz_time time;
    ez_outcome outcome;
} ez_run_time;

typedef struct ez_run {
    ez_host_message head; /* on its way to the loop once finished */

    /* Whoever holds the run: generation << 2 | state; see runs.c. */
    atomic_uint_fast64_t phase;
    atomic_uint users; /* threads inside execute(); the slot is not used again before they left */
    ez_interrupt interrupt;

    /* Fixed while the run is open. */
    execz_run token;
    ez_task *task;                /* owned */
    struct ez_executor *executor; /* borrowed */
    void *owner;                  /* the scheduler's */
    execz_time submitted;
    uint32_t attempt;
    uint32_t source;
    uint32_t n;
    ez_run_time *times; /* n of them, owned; &one if n is 1 */
    ez_run_time one;
    atomic_uint current; /* which of them began last */

    struct ez_run *next_free; /* [loop] */
} ez_run;

typedef struct ez_runs ez_runs;

/* Runs in flight at the same time; beyond them tasks wait as if their executor was busy. */
#define EZ_RUNS_MAX (4096u * 1024u)

ez_runs *ez_runs_new(void);

/* With at most limit runs, up to EZ_RUNS_MAX. */
ez_runs *ez_runs_new_limited(size_t limit);
void ez_runs_free(ez_runs *self);

/* Opens a run of task for n run times.  NULL if its limit is reached.  [loop] */
ez_run *ez_runs_open(ez_runs *self, ez_task *task, struct ez_executor *executor,
                     const execz_time *times, uint32_t n);

/* Makes the slot of a run that is finished, or was refused, free for another.  [loop] */
void ez_runs_close(ez_runs *self, ez_run *run);

/* The open run of this token and keeps its slot from reuse until ez_run_leave(); NULL if the token
 * is stale or was never one.  [any-thread] */
ez_run *ez_runs_enter(ez_runs *self, execz_run token);
void ez_run_leave(ez_run *run);

/* The run of this token, open or finished; NULL if it was closed.  [loop] */
ez_run *ez_runs_find(ez_runs *self, execz_run token);

/* Ends the run's open phase; false for all but the first.  [any-thread] */
bool ez_run_finish(ez_run *run, execz_run token);
bool ez_run_is_open(const ez_run *run);

/* The run time of run that is time; NULL if it has none. */
ez_run_time *ez_run_find_time(ez_run *run, execz_time time);

/* How many runs are open or finished and not closed.  [any-thread] */
size_t ez_runs_count(const ez_runs *self);

/* Calls visit for each of them.  [loop] */
void ez_runs_foreach(ez_runs *self, void (*visit)(void *user, ez_run *run), void *user);

#endif
