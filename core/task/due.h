/* SPDX-License-Identifier: MIT */
/* Which run times of a task are due, and what becomes of those that were not in time. */
#ifndef EZ_TASK_DUE_H
#define EZ_TASK_DUE_H

#include "task/task.h"

/**
 * What is due of one task at one moment.  n + coalesced + missed is the number of its fire times
 * since.
 */
typedef struct ez_due {
    execz_time times[EXECZ_RUN_TIMES_MAX]; /* to be run, ascending */
    uint32_t n;
    uint64_t coalesced;     /* covered by times[n - 1] and not run for themselves */
    uint64_t missed;        /* too late by the misfire grace time, or beyond EXECZ_RUN_TIMES_MAX */
    execz_time missed_last; /* the latest of them */
    execz_time next;        /* the first fire time after all of these; EXECZ_TIME_NEVER: none */
    bool sure;              /* false: nothing fires before next, where the search goes on */
    bool more;              /* next is due, too, and belongs to the same catching up */
    bool waits; /* the store has it as waiting; else, if there is one, as with its executor */
} ez_due;

/* Fire times counted one by one end here; a larger number is reported as this one. */
#define EZ_DUE_COUNT_MAX UINT64_C(1000000)

/* Collects the fire times from `from` (one of them) to now.  Costs the same however many there are,
 * apart from those that are to be run.
 *
 * Of a trigger whose searches end early (trigger/trigger.h) perhaps not all are collected at once:
 * then due_out->more is set, and what was collected is to be held until the rest is there. */
void ez_due_collect(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time now,
                    ez_due *due_out);

/* Where a search ended before: searches on, and collects from what it finds. */
void ez_due_search(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time now,
                   ez_due *due_out);

/* When a fire time of task is really due: moved by the trigger's jitter, always by the same amount
 * for the same fire time, and never as far as the next one. */
execz_time ez_due_time(const ez_task *task, const ez_trigger *trigger, execz_time fire_time);

#endif
