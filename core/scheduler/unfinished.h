/* SPDX-License-Identifier: MIT */
/* Run times that an earlier process has left open. */
#ifndef EZ_SCHEDULER_UNFINISHED_H
#define EZ_SCHEDULER_UNFINISHED_H

#include "scheduler/scheduler.h"

/* So often in a row a run of at-least-once is begun again under which the scheduler has ended; then it
 * is LOST.  A task that brings the scheduler down would else do so for ever. */
#define EZ_RESTARTS_MAX 10

/* What becomes of one. */
typedef enum ez_fate {
    EZ_FATE_LOST,
    EZ_FATE_AGAIN,     /* attempted again */
    EZ_FATE_STARTED,   /* it waited: no executor had it, and now one gets it */
    EZ_FATE_CANCELLED, /* the same, but its task is gone */
} ez_fate;

#define EZ_FATES (EZ_FATE_CANCELLED + 1)

typedef struct ez_unfinished {
    execz_history_record record; /* task and executor owned */
    bool waits;                  /* it was not with an executor */
    uint32_t restarts;           /* as in ez_unsubmitted */
    ez_fate fate;
} ez_unfinished;

ez_unfinished *ez_unfinished_new(const execz_store_occurrence *found);
void ez_unfinished_free(void *data);

/* Decides its fate and adds that to the journal; task: its own, NULL: that is gone.  [setup] */
void ez_unfinished_decide(execz_scheduler *scheduler, ez_unfinished *self, const ez_task *task);

/* Has that come about, and tells it.  [setup] */
void ez_unfinished_take(execz_scheduler *scheduler, const ez_unfinished *self);

#endif
