/* SPDX-License-Identifier: MIT */
/**
 * execz/event.h -- what a scheduler tells its listeners.
 *
 * The first 17 codes have asyncz's bit values.  Every due run time of a task ends in exactly one of
 * EXECZ_EVENT_TERMINAL, or in TASK_MAX_INSTANCES if it was refused; run times left out by
 * coalescing are counted on the events of the run that covers them.  STORE_* and PLUGIN_* keep their
 * place for what can come and go in a later version: no scheduler of this one tells them.
 */
#ifndef EXECZ_EVENT_H
#define EXECZ_EVENT_H

#include <execz/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXECZ_EVENT_SCHEDULER_STARTED (UINT64_C(1) << 0)
#define EXECZ_EVENT_SCHEDULER_SHUTDOWN (UINT64_C(1) << 1)
#define EXECZ_EVENT_SCHEDULER_PAUSED (UINT64_C(1) << 2)
#define EXECZ_EVENT_SCHEDULER_RESUMED (UINT64_C(1) << 3)
#define EXECZ_EVENT_EXECUTOR_ADDED (UINT64_C(1) << 4)
#define EXECZ_EVENT_EXECUTOR_REMOVED (UINT64_C(1) << 5)
#define EXECZ_EVENT_STORE_ADDED (UINT64_C(1) << 6)
#define EXECZ_EVENT_STORE_REMOVED (UINT64_C(1) << 7)
#define EXECZ_EVENT_ALL_TASKS_REMOVED (UINT64_C(1) << 8)
#define EXECZ_EVENT_TASK_ADDED (UINT64_C(1) << 9)
#define EXECZ_EVENT_TASK_REMOVED (UINT64_C(1) << 10)
#define EXECZ_EVENT_TASK_MODIFIED (UINT64_C(1) << 11)
#define EXECZ_EVENT_TASK_EXECUTED (UINT64_C(1) << 12)
#define EXECZ_EVENT_TASK_ERROR (UINT64_C(1) << 13)
#define EXECZ_EVENT_TASK_MISSED (UINT64_C(1) << 14)
#define EXECZ_EVENT_TASK_SUBMITTED (UINT64_C(1) << 15)
#define EXECZ_EVENT_TASK_MAX_INSTANCES (UINT64_C(1) << 16)
#define EXECZ_EVENT_TASK_STARTED (UINT64_C(1) << 17)
#define EXECZ_EVENT_TASK_CANCELLED (UINT64_C(1) << 18)
#define EXECZ_EVENT_TASK_TIMEOUT (UINT64_C(1) << 19)
#define EXECZ_EVENT_TASK_RETRY (UINT64_C(1) << 20)
#define EXECZ_EVENT_TASK_LOST (UINT64_C(1) << 21)
#define EXECZ_EVENT_TASK_BLOCKED (UINT64_C(1) << 22)
#define EXECZ_EVENT_PLUGIN_ADDED (UINT64_C(1) << 23)
#define EXECZ_EVENT_PLUGIN_REMOVED (UINT64_C(1) << 24)
/* An executor takes no more for now: tasks wait for it, higher priority first.  Told when the first
 * has to, and again at most every EXECZ_EXECUTOR_BUSY_EVERY; not for each run. */
#define EXECZ_EVENT_EXECUTOR_BUSY (UINT64_C(1) << 25)
#define EXECZ_EXECUTOR_BUSY_EVERY EXECZ_MINUTE
/* The store cannot be written to, as the message says: tasks go on, and what happens is written once it
 * can be; and it can. */
#define EXECZ_EVENT_STORE_FAILED (UINT64_C(1) << 26)
#define EXECZ_EVENT_STORE_RECOVERED (UINT64_C(1) << 27)

#define EXECZ_EVENT_ALL UINT64_MAX
/** How a run time that was submitted, or missed before it could be, ends: exactly one of these. */
#define EXECZ_EVENT_TERMINAL                                                                       \
    (EXECZ_EVENT_TASK_EXECUTED | EXECZ_EVENT_TASK_ERROR | EXECZ_EVENT_TASK_MISSED |                \
     EXECZ_EVENT_TASK_CANCELLED | EXECZ_EVENT_TASK_TIMEOUT | EXECZ_EVENT_TASK_LOST)

/**
 * One event; everything it points to is valid during the listener's call.
 *
 * What an event is about decides which fields are set; the others are 0 or NULL.
 *   all:                    size, code, time, scheduler
 *   executors, stores:      alias
 *   tasks, and their runs:  task, executor
 *   SUBMITTED, STARTED, and all that tell how a run time ended or why it was refused:
 *                           attempt, source, run_times, coalesced; run and submitted, unless no
 *                           executor ever got it
 *   RETRY:                  the same, result, which says why this attempt was not the last, and
 *                           next_attempt; the terminal event of the run time is still to come
 *   TERMINAL:               result, which has start, end, outcome, value or output, and why
 */
typedef struct execz_event {
    uint32_t size;
    uint32_t attempt;      /* 1 for the first, then 2, 3, ... for retries */
    uint64_t code;         /* one EXECZ_EVENT_* */
    execz_time time;       /* when it happened, wall clock */
    const char *scheduler; /* its name */
    const char *alias;     /* of the executor, store or plugin it is about */
    const char *task;      /* id */
    const char *executor;  /* alias of the task's executor */
    execz_run run;         /* the same on all events of one attempt */
    uint32_t source;       /* EXECZ_SOURCE_* */
    uint32_t n_run_times;
    const execz_time
        *run_times; /* SUBMITTED, MAX_INSTANCES: all of them; else the one it is about */
    /* How many more run times it covers.  Over all TERMINAL and MAX_INSTANCES events, n_run_times and
     * coalesced add up to what was due; SUBMITTED and STARTED say beforehand what the end will. */
    uint64_t coalesced;
    const execz_result *result;
    const char *message;  /* why, for people; may be NULL */
    execz_time submitted; /* when an executor got the run; until it starts it waits there */
    /* How many more there were just before this one, whatever their code, that nobody is told: because
     * EXECZ_EVENTS_WAITING_MAX waited for the loop; in an event queue also because it was full. */
    uint64_t lost;
    execz_time next_attempt; /* RETRY: when it is due */
} execz_event;

/**
 * Hears of events.  Called in the order of adding, for one event after the other; should return at
 * once, for the loop waits: whoever takes EXECZ_SLOW_LISTENER or longer is named in a warning, and
 * is better off with an event queue (<execz/event_queue.h>) and a thread of its own.  May call any
 * function of the scheduler but dispatch, run and free.  [loop]
 */
typedef void (*execz_listener)(void *user, const execz_event *event);

/**
 * What calls on other threads have to tell waits for the loop, as many events as this.  Where they make
 * them faster, or no loop runs, those just before the newest are lost: that one says how many, and so
 * does a warning.  How a run time has ended never waits and is never lost.
 */
#define EXECZ_EVENTS_WAITING_MAX 1000000u

/** A listener that takes this long is told of in the log, at most once a minute. */
#define EXECZ_SLOW_LISTENER (100 * EXECZ_MILLISECOND)

/** The code's name as in asyncz, e.g. "task_executed"; "unknown" for anything but one known bit. */
EXECZ_API const char *execz_event_name(uint64_t code);

/** The outcome's name, e.g. "ok", "timeout"; "unknown" for anything but an EXECZ_OUTCOME_*. */
EXECZ_API const char *execz_outcome_name(uint32_t outcome);

#ifdef __cplusplus
}
#endif
#endif
