/* SPDX-License-Identifier: MIT */
/* The runs in flight.
 *
 * A run is named by a token, slot and generation, that plugins may keep, lose, forge or use twice:
 * the table tells a live one from any other and never hands out memory that is gone, because slots
 * are never freed.  Slots are opened and closed on the loop; in between any thread may look at
 * them.  A run's way:
 *
 *     FREE --open--> OPEN --execute()--> BEGUN --finish()--> FINISHED --close--> FREE, next
 *                     |  \------------------ finish(), retract() --^             generation
 *                     \--work()--> WORKING, until its message says that it has ended --close-->
 *
 * State, generation and the number of threads that are inside are one word: so each step is one
 * atomic operation, and a slot is used again only when nobody is inside any more.  A run WORKING
 * belongs to the thread that works on it, which always sends its message in the end: even if the
 * loop has given it up before, its slot waits for that. */
#ifndef EZ_EXECUTOR_RUNS_H
#define EZ_EXECUTOR_RUNS_H

#include "base/interrupt.h"
#include "base/mailbox.h"
#include "task/outcome.h"
#include "task/task.h"

#include <stdalign.h>

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
    execz_time at;
    uint32_t index; /* of the run time */
} ez_started;

typedef struct ez_posted {
    ez_host_message head;
    void (*function)(void *argument);
    void *argument;
} ez_posted;

/* One run time of a run. */
typedef ez_outcome ez_run_time;

/* Ordered by who touches it: a plain run costs its two first cache lines. */
typedef struct ez_run {
    alignas(EZ_CACHE_LINE) ez_host_message head; /* on its way to the loop once it has ended */
    atomic_uint_fast64_t phase;                  /* see runs.c */
    execz_run token;
    ez_task *task;                /* borrowed from the table while open */
    struct ez_executor *executor; /* borrowed */
    uint16_t n;                   /* run times */
    uint16_t source;              /* EXECZ_SOURCE_* */
    uint16_t attempt;
    uint8_t told;  /* [loop] of how many of the run times the start was told */
    bool given_up; /* [loop] while WORKING: nothing more is to be told of it */
    ez_interrupt interrupt;
    ez_run_time one; /* what there is behind its first 64 bytes is rarely touched */

    void *owner; /* the scheduler's */
    execz_time submitted;

    /* Rarely touched. */
    ez_run_time *times;           /* n of them, and the plain times behind; owned; &one if n is 1 */
    atomic_uint current;          /* which of the run times began last */
    struct ez_run *next_in_limbo; /* [loop] */
} ez_run;

static inline ez_run_time *
ez_run_times(ez_run *run)
{
    return run->n == 1 ? &run->one : run->times; /* without a look at a third cache line */
}

/* The run times alone, in a row, valid as long as the run is open. */
static inline const execz_time *
ez_run_plain_times(const ez_run *run)
{
    return run->n == 1 ? &run->one.run_time
                       : (const execz_time *)(const void *)(run->times + run->n);
}

static inline void
ez_run_set_current(ez_run *run, unsigned current)
{
    if (run->n > 1) {
        atomic_store_explicit(&run->current, current, memory_order_relaxed);
    }
}

typedef struct ez_runs ez_runs;

/* Runs in flight at the same time; beyond them tasks wait as if their executor was busy. */
#define EZ_RUNS_MAX EXECZ_RUNS_MAX

ez_runs *ez_runs_new(void);

/* With at most limit runs, up to EZ_RUNS_MAX. */
ez_runs *ez_runs_new_limited(size_t limit);
void ez_runs_free(ez_runs *self);

/* Opens a run of task for n run times.  NULL if its limit is reached.  [loop] */
ez_run *ez_runs_open(ez_runs *self, ez_task *task, struct ez_executor *executor,
                     const execz_time *times, uint32_t n);

/* Makes the slot of a run that is finished, or was refused, free for another.  [loop] */
void ez_runs_close(ez_runs *self, ez_run *run);

/* The run of this token that is not finished, and keeps its slot from reuse until ez_run_leave();
 * NULL if the token is stale or was never one.  [any-thread] */
ez_run *ez_runs_enter(ez_runs *self, execz_run token);
void ez_run_leave(ez_run *run);

/* Takes the open run of this token for executor, as nobody else can any more: WORKING.  NULL if it
 * is not open, or not that executor's.  [any-thread] */
ez_run *ez_runs_begin_work(ez_runs *self, execz_run token, const struct ez_executor *executor);

/* Fetches the run of this token, if it ever was one, into the cache.  [any-thread] */
void ez_runs_prefetch(ez_runs *self, execz_run token);

/* The run of this token, open or finished; NULL if it was closed.  [loop] */
ez_run *ez_runs_find(ez_runs *self, execz_run token);

/* Notes that a thread executes the run, so that it cannot be retracted; false if it is not open.
 * [any-thread] */
bool ez_run_begin(ez_run *run);

/* Ends the run's open phase; false for all but the first, and while it is WORKING.  [any-thread] */
bool ez_run_finish(ez_run *run);

/* The same, but only if it has not begun.  [any-thread] */
bool ez_run_retract(ez_run *run);

/* Open or begun: not finished.  Of one that is WORKING only its message tells the end. */
bool ez_run_is_open(const ez_run *run);
bool ez_run_is_working(const ez_run *run);

/* Gives up a run that is WORKING: it does not count any more, and ez_runs_close() comes with its
 * message.  [loop] */
void ez_runs_give_up(ez_runs *self, ez_run *run);

/* The run time of run that is time; NULL if it has none. */
ez_run_time *ez_run_find_time(ez_run *run, execz_time time);

/* How many runs are open or finished and not closed.  [any-thread] */
size_t ez_runs_count(const ez_runs *self);

/* Calls visit for each of them, but not for those given up.  [loop] */
void ez_runs_foreach(ez_runs *self, void (*visit)(void *user, ez_run *run), void *user);

/* How many of executor's runs are not finished.  Slow.  [any-thread] */
uint32_t ez_runs_count_unfinished(ez_runs *self, const struct ez_executor *executor);

#endif
