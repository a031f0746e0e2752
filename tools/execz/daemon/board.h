/* SPDX-License-Identifier: MIT */
/* What only the loop can tell about executors and store, for those who ask on other threads.
 *
 * Who asks does not wait for long: the loop may be inside of a task, and then what it told last is the
 * answer, with its age. */
#ifndef EZ_DAEMON_BOARD_H
#define EZ_DAEMON_BOARD_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

#include <execz/scheduler.h>

#define EZ_BOARD_PATIENCE (200 * EXECZ_MILLISECOND)

typedef struct ez_board ez_board;

/* NULL with errno if the system has no descriptor left. */
ez_board *ez_board_new(execz_scheduler *scheduler);
void ez_board_free(ez_board *self);

/* Readable when somebody asks.  [any-thread] */
int ez_board_fd(const ez_board *self);

/* Tells, if somebody asks.  [loop] */
void ez_board_tell(ez_board *self);

/* {"executors": [...], "store": {...}}; *busy_out: is it old, because the loop had no time?  [any-thread] */
json_t *ez_board_ask(ez_board *self, bool *busy_out);

#endif
