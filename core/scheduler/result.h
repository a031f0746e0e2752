/* SPDX-License-Identifier: MIT */
/* From what executors report to events. */
#ifndef EZ_SCHEDULER_RESULT_H
#define EZ_SCHEDULER_RESULT_H

#include "scheduler/scheduler.h"

/**
 * Takes messages of executors: finished runs, started ones, calls to be made on the loop.  Not all if
 * there are many; whether there were any.
 * [loop]
 */
bool ez_result_take(execz_scheduler *self);

/* The same when the executors are gone, and with them whatever they wanted to have called.  [loop] */
void ez_result_take_last(execz_scheduler *self);

/* Closes every unfinished run as LOST, for the reason in message.  [loop] */
void ez_result_give_up(execz_scheduler *self, const char *message);

#endif
