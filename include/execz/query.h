/* SPDX-License-Identifier: MIT */
/**
 * execz/query.h -- what a program can ask a scheduler about its tasks.
 *
 * Each task is told as it was at one moment of the call: it is taken at once and told afterwards, while
 * the tasks go on.  Of many tasks not all are taken at the same moment, so that no run waits for a list of
 * a million; one that is there all the while is told exactly once.
 */
#ifndef EXECZ_QUERY_H
#define EXECZ_QUERY_H

#include <execz/scheduler.h>
#include <execz/trigger.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a task is doing; more than one may hold. */
#define EXECZ_TASK_PENDING (1u << 0)   /* its schedule begins when the scheduler starts */
#define EXECZ_TASK_SCHEDULED (1u << 1) /* it has a next run time */
#define EXECZ_TASK_PAUSED (1u << 2)
#define EXECZ_TASK_RUNNING (1u << 3) /* it has unfinished runs */
#define EXECZ_TASK_WAITING (1u << 4) /* due, and waits for its executor or for a run of it to end */
#define EXECZ_TASK_BLOCKED (1u << 5) /* due, and something is missing */
#define EXECZ_TASK_ALL_STATES ((1u << 6) - 1)

/** One task at one moment; texts are valid during the call that tells it. */
typedef struct execz_task_info {
    uint32_t size;
    uint32_t states; /* EXECZ_TASK_*, or'ed */
    const char *id;
    const char *name;
    const char *executor; /* alias */
    const char *trigger;  /* text, as it was given */
    const char *timezone;
    const char *function;      /* "module:name"; NULL: it is a command */
    execz_time next_run;       /* EXECZ_TIME_NEVER: none */
    execz_time last_end;       /* when a run time of it ended last, to 16 ns; 0: none has yet */
    uint32_t last_outcome;     /* how: EXECZ_OUTCOME_*; 0.  What was refused does not count */
    uint32_t instances;        /* unfinished runs */
    const char *paused_reason; /* NULL if it is not paused, or nobody said why */
    execz_time paused_until;   /* EXECZ_TIME_NEVER: not by itself, or it is not paused */
    const char *blocked;       /* why; NULL if it is not blocked */
} execz_task_info;

/** Which tasks are meant: those for which all of this holds.  From EXECZ_TASK_FILTER_INIT. */
typedef struct execz_task_filter {
    uint32_t size;
    uint32_t states;      /* in any of these; 0: in whatever state */
    const char *executor; /* of this alias; NULL: any */
    const char *prefix;   /* the id begins so; NULL: however */
    const char *text;     /* stands in id or name, A and a being the same; NULL: whatever does */
} execz_task_filter;

#define EXECZ_TASK_FILTER_INIT                                                                     \
    {                                                                                              \
        sizeof(execz_task_filter), 0, NULL, NULL, NULL                                             \
    } /* all tasks */

/** In which order; among equals by id. */
#define EXECZ_SORT_NEXT_RUN 0u /* those that have none come last */
#define EXECZ_SORT_ID 1u
#define EXECZ_SORT_NAME 2u
#define EXECZ_SORT_EXECUTOR 3u
#define EXECZ_SORT_DESCENDING (1u << 16) /* or'ed with one of them: from the end */

/** Hears of a task.  May call any function of the scheduler that the caller may. */
typedef void (*execz_task_function)(void *user, const execz_task_info *task);

/**
 * Tells of the tasks that filter names, on the calling thread.
 *
 * @filter  NULL: all
 * @sort    EXECZ_SORT_*
 *
 * EXECZ_E_INVAL for a state or an order that there is not; then of none is told.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_list_tasks(execz_scheduler *self,
                                                  const execz_task_filter *filter, uint32_t sort,
                                                  execz_task_function task, void *user,
                                                  execz_error *err);

/** The same of one task.  EXECZ_E_NOT_FOUND if there is none of that id.  [any-thread] */
EXECZ_API execz_status execz_scheduler_get_task(execz_scheduler *self, const char *id,
                                                execz_task_function task, void *user,
                                                execz_error *err);

/** Hears of a task's spec; its texts are valid during the call.  As execz_task_function. */
typedef void (*execz_spec_function)(void *user, const execz_task_spec *spec);

/**
 * Tells the spec of a task as it is now, with nothing left to a default: execz_scheduler_put_task()
 * with it changes nothing.  A shell line is told as the argv it is run as.
 *
 * EXECZ_E_NOT_FOUND if there is none of that id.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_get_task_spec(execz_scheduler *self, const char *id,
                                                     execz_spec_function spec, void *user,
                                                     execz_error *err);

/**
 * Removes the tasks that filter names, as execz_scheduler_remove_task() does one after another.
 *
 * @filter  NULL: all, at once, which is told as one ALL_TASKS_REMOVED instead of a TASK_REMOVED each
 * @n_out   how many there were; may be NULL
 *
 * EXECZ_E_INVAL for a state that there is not; then none is removed.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_remove_all_tasks(execz_scheduler *self,
                                                        const execz_task_filter *filter,
                                                        uint64_t *n_out, execz_error *err);

#define EXECZ_PREVIEW_MAX 10000u /* run times in one preview */

/**
 * Fills in the next run times of a task, jitter included; of a paused one those that it will have
 * if it resumes when it is to, or now.
 *
 * @times_out  n of them, ascending
 * @n_out      how many there are, perhaps fewer than n
 *
 * EXECZ_E_NOT_FOUND; EXECZ_E_LIMIT if n is above EXECZ_PREVIEW_MAX.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_preview_task(execz_scheduler *self, const char *id,
                                                    execz_time *times_out, size_t n, size_t *n_out,
                                                    execz_error *err);

/**
 * The trigger of a task with its phase, for the functions of <execz/trigger.h>; free it with
 * execz_trigger_free().  NULL with EXECZ_E_NOT_FOUND.  [any-thread]
 */
EXECZ_API execz_trigger *execz_scheduler_get_trigger(execz_scheduler *self, const char *id,
                                                     execz_error *err);

#ifdef __cplusplus
}
#endif
#endif
