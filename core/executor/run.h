/* SPDX-License-Identifier: MIT */
/* One run in flight, as any thread may come to it.
 *
 * A run's way:
 *
 *     FREE --open--> OPEN --execute()--> BEGUN --finish()--> FINISHED --close--> FREE, next
 *                     |  \------------------ finish(), retract() --^             generation
 *                     \--work()--> WORKING, until its message says that it has ended --close-->
 *
 * State, generation and the number of threads that are inside are one word: so each step is one
 * atomic operation, and a slot is used again only when nobody is inside any more.  A run WORKING
 * belongs to the thread that works on it, which always sends its message in the end: even if the
 * loop has given it up before, its slot waits for that. */
#ifndef EZ_EXECUTOR_RUN_H
#define EZ_EXECUTOR_RUN_H

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mailbox.h"
#include "executor/phase.h"
#include "task/outcome.h"
#include "task/task.h"

#include <stdalign.h>

#include <execz/event.h>

struct ez_executor;

/* What executors send to the loop; first in each message. */
typedef struct ez_host_message {
    ez_message message;
    uint32_t kind;    /* EZ_HOST_* */
    atomic_uint done; /* of an ez_run: WORKING, but nothing is left to do */
} ez_host_message;

#define EZ_HOST_FINISHED 1u /* an ez_run */
#define EZ_HOST_STARTED 2u  /* an ez_started, of whoever takes it */
#define EZ_HOST_POSTED 3u   /* an ez_posted, of whoever takes it */

typedef struct ez_started {
    ez_host_message head;
    execz_run token;
    execz_time run_time;
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
    ez_phase phase;
    execz_run token;                        /* stays as it is while anybody is inside */
    ez_task_view *view;                     /* of its task, borrowed while open */
    _Atomic(struct ez_executor *) executor; /* borrowed */
    uint16_t n;                             /* run times */
    uint16_t source;                        /* EXECZ_SOURCE_* */
    uint16_t attempt;
    uint8_t told;  /* [loop] of how many of the run times the start was told */
    bool given_up; /* [loop] while WORKING: nothing more is to be told of it */
    ez_interrupt interrupt;
    ez_run_time one; /* what there is behind its first 64 bytes is rarely touched */

    struct ez_run *next_in_limbo; /* [loop] */

    /* [loop] */
    void *owner; /* the scheduler's, as the next two: further runs of the same owner; NULL: none */
    struct ez_run *older, *newer;
    execz_time submitted;
    uint64_t coalesced; /* further run times, which the last of its own covers */

    /* Rarely touched. */
    ez_run_time *times;  /* n of them, and the plain times behind; owned; &one if n is 1 */
    atomic_uint current; /* which of the run times began last */
    uint32_t cancelled;  /* [loop] generation of the last one in this slot that was; 0 */
} ez_run;
/* A hundred thousand sleep at once. */
G_STATIC_ASSERT(sizeof(ez_run) == 4 * (size_t)EZ_CACHE_LINE);

static inline ez_run_time *
ez_run_times(ez_run *run)
{
    return run->n == 1 ? &run->one : run->times; /* without a look at a third cache line */
}

/* The run's task, while it is open.  [loop]; no worker comes near it: the loop writes to its lines */
static inline ez_task *
ez_run_task(const ez_run *run)
{
    return run->view->task;
}

/* The run times alone, in a row, valid as long as the run is open. */
static inline const execz_time *
ez_run_plain_times(const ez_run *run)
{
    return run->n == 1 ? &run->one.run_time
                       : (const execz_time *)(const void *)(run->times + run->n);
}

static inline uint32_t
ez_run_generation(const ez_run *run)
{
    return (uint32_t)(run->token >> 32);
}

/* Whether somebody has asked for its end.  [loop] */
static inline bool
ez_run_is_cancelled(const ez_run *run)
{
    return run->cancelled == ez_run_generation(run);
}

static inline void
ez_run_set_current(ez_run *run, unsigned current)
{
    if (run->n > 1) {
        atomic_store_explicit(&run->current, current, memory_order_relaxed);
    }
}

/* The run, if token names it and it is not finished; its slot is kept from reuse until
 * ez_run_leave().  [any-thread] */
ez_run *ez_run_enter(ez_run *run, execz_run token);
void ez_run_leave(ez_run *run);

/* Takes the open run that token names for executor, as nobody else can any more: WORKING.  False if
 * it is not open, or not that executor's.  [any-thread] */
static inline bool
ez_run_begin_work(ez_run *run, execz_run token, const struct ez_executor *executor)
{
    uint64_t phase = atomic_load_explicit(&run->phase, memory_order_acquire);

    do {
        /* If it is another run's by now, whose executor this is does not matter: the step fails. */
        if (!ez_phase_is_of(phase, token) || ez_phase_state(phase) != EZ_OPEN ||
            atomic_load_explicit(&run->executor, memory_order_relaxed) != executor) {
            return false;
        }
    } while (!ez_phase_change(&run->phase, &phase, ez_phase_with(phase, EZ_WORKING)));
    return true;
}

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

/* Says how a run time of a run that has ended came to its end, if nobody has: it ended because the run
 * was cancelled, or is lost. */
void ez_run_complete(const ez_run *run, ez_run_time *at, const ez_clock *clock);

/* The run time of run that is time; NULL if it has none. */
ez_run_time *ez_run_find_time(ez_run *run, execz_time time);

/* ---- the slot -------------------------------------------------------------------------------- */

/* Opens it for a run.  [loop] */
static inline void
ez_run_open(ez_run *run)
{
    atomic_store_explicit(&run->phase, (run->token & EZ_PHASE_GENERATION) | EZ_OPEN,
                          memory_order_release);
}

/* Closes it, for the next generation: true if nobody is inside any more.  [loop] */
static inline bool
ez_run_close(ez_run *run)
{
    uint32_t generation = ez_run_generation(run) + 1;
    uint64_t next = (uint64_t)MAX(generation, 1) << 32;
    uint64_t phase = ez_phase_look(&run->phase);

    while (!ez_phase_change(&run->phase, &phase, next | (phase & EZ_PHASE_INSIDE) | EZ_FREE)) {
    }
    return (phase & EZ_PHASE_INSIDE) == 0;
}

/* The token of the run that is in the slot of this index now.  [any-thread] */
static inline execz_run
ez_run_token(const ez_run *run, uint32_t index)
{
    return (atomic_load(&run->phase) & EZ_PHASE_GENERATION) | (index + UINT64_C(1));
}

/* Gives it the token of the next run, once it is closed and left: until then who is inside reads the
 * one it came with.  [loop] */
static inline void
ez_run_rename(ez_run *run)
{
    run->token = ez_run_token(run, (uint32_t)run->token - 1);
}

/* Whether token is that of the run that is in the slot now, open or finished.  [any-thread] */
static inline bool
ez_run_has_token(const ez_run *run, execz_run token)
{
    uint64_t phase = atomic_load(&run->phase);

    return ez_phase_is_of(phase, token) && ez_phase_state(phase) != EZ_FREE;
}

/* Whether it is closed.  [any-thread] */
bool ez_run_is_free(const ez_run *run);

/* Makes a free slot of zeroes. */
void ez_run_init(ez_run *run);

/* Whether nobody is inside.  [any-thread] */
static inline bool
ez_run_is_left(const ez_run *run)
{
    return (atomic_load_explicit(&run->phase, memory_order_acquire) & EZ_PHASE_INSIDE) == 0;
}

#endif
