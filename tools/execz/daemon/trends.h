/* SPDX-License-Identifier: MIT */
/* How the last runs of each task went, also those of an earlier life: kept as they end, so that a list of
 * all tasks needs no look into the history. */
#ifndef EZ_DAEMON_TRENDS_H
#define EZ_DAEMON_TRENDS_H

#include <stdbool.h>

#include <execz/execz.h>

#define EZ_TREND_LENGTH 10 /* runs of a task */

typedef struct ez_trend {
    char marks[EZ_TREND_LENGTH + 1]; /* a letter for each, the newest last */
    uint32_t outcome;                /* of the last one that was not refused; 0: there was none */
    execz_time end;                  /* when that was */
} ez_trend;

typedef struct ez_trends ez_trends;

/* Reads what the history has from before `started`, and hears of what ends from now on.  Once the
 * scheduler is started, and before its loop runs. */
ez_trends *ez_trends_new(execz_scheduler *scheduler, execz_time started);
void ez_trends_free(ez_trends *self); /* before the scheduler is freed; NULL is fine */

/* False if nothing is known of the task.  [any-thread] */
bool ez_trends_find(ez_trends *self, const char *task, ez_trend *trend_out);

#endif
