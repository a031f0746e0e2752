/* SPDX-License-Identifier: MIT */
/* Counts what happens in a scheduler, and tells all its figures in the text format of Prometheus.
 *
 * Names are few and labels have few values: outcomes, states, executors; never a task or a run.
 * docs/OPERATIONS.md lists them. */
#ifndef EZ_DAEMON_METER_H
#define EZ_DAEMON_METER_H

#include <execz/scheduler.h>

#include "daemon/board.h"

typedef struct ez_meter ez_meter;

/* Counts from now on. */
ez_meter *ez_meter_new(execz_scheduler *scheduler, ez_board *board, execz_time started);
void ez_meter_free(ez_meter *self); /* before the scheduler is freed; NULL is fine */

/* The figures as they are now, for free().  [any-thread] */
char *ez_meter_text(ez_meter *self);

#endif
