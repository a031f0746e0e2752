/* SPDX-License-Identifier: MIT */
/* When a task runs: a pure function from a point in time to the next one.
 *
 * A trigger is immutable and holds no clock and no state: what it answers depends on its arguments
 * alone, so that a test needs no clock, a preview disturbs nothing, and a restart loses no phase.
 * Its fire times are strictly increasing.  Everything here may be called from any thread. */
#ifndef EZ_TRIGGER_TRIGGER_H
#define EZ_TRIGGER_TRIGGER_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

typedef struct ez_trigger ez_trigger;

ez_trigger *ez_trigger_ref(ez_trigger *self);
void ez_trigger_unref(ez_trigger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_trigger, ez_trigger_unref)

/* The first fire time strictly after `after`; EXECZ_TIME_NEVER if there is none. */
execz_time ez_trigger_next(const ez_trigger *self, execz_time after);

/* The last fire time at or before `until`; false if there is none.  With count it is what makes
 * catching up after a long sleep cheap: it costs the same whatever was missed. */
bool ez_trigger_last(const ez_trigger *self, execz_time until, execz_time *time_out);

/* How many fire times lie after `after` and at or before `until`; counts no further than limit. */
uint64_t ez_trigger_count(const ez_trigger *self, execz_time after, execz_time until,
                          uint64_t limit);

/* How far a run may be moved behind its fire time; 0 if it is not.  Whoever schedules applies it to
 * each fire time alone, so that it never accumulates, and never past the next one. */
execz_duration ez_trigger_jitter(const ez_trigger *self);

/* The text form, which ez_trigger_parse() reads back to an equal trigger.  Caller frees. */
char *ez_trigger_format(const ez_trigger *self);

#endif
