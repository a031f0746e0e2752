/* SPDX-License-Identifier: MIT */
/* A trigger as a task has it: its text, the time zone it is told in, and the triggers made of it.
 *
 * Most triggers are the same whenever they are made, and then all tasks of a schedule share one.
 * One that counts from its anchor is made for each anchor. */
#ifndef EZ_TASK_SCHEDULE_H
#define EZ_TASK_SCHEDULE_H

#include "base/intern.h"
#include "trigger/trigger.h"

typedef struct ez_schedule {
    ez_interned interned; /* first */
    ez_trigger *trigger;  /* owned; the one of all tasks, or a pattern for those with an anchor */
    const char *timezone;
    const char *text;
} ez_schedule;

/* The schedule of a trigger's text.  NULL with err filled and *column_out set if the text is wrong.
 * table may be NULL. */
ez_schedule *ez_schedule_get(ez_intern_table *table, const char *text, const char *timezone,
                             size_t *column_out, execz_error *err);

void ez_schedule_unref(ez_schedule *self);

/* Its trigger, counted from anchor if it counts from anything; a reference. */
ez_trigger *ez_schedule_begin(const ez_schedule *self, execz_time anchor, size_t *column_out,
                              execz_error *err);

#endif
