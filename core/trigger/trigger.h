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

/* What a search for a fire time has found.  No call costs more than a bounded number of steps, and
 * where triggers that are to fire together hardly ever do, those may not be enough: the search ends
 * all the same, says how far it came, and goes on from there whenever it is asked to.  Only a
 * trigger with `and` in it is ever unsure. */
typedef struct ez_found {
    execz_time time;
    bool sure; /* false: time is not a fire time, but where the search ended */
} ez_found;

#define EZ_TIME_NONE INT64_MIN /* no fire time in the past */

/* The first fire time strictly after `after`; EXECZ_TIME_NEVER if there is none.  Unsure: nothing
 * fires after `after` and before the time found, which is later than after + 1, so that searching
 * on from just before it makes progress. */
ez_found ez_trigger_find_next(const ez_trigger *self, execz_time after);

/* The last fire time at or before `until`; EZ_TIME_NONE if there is none.  Unsure: nothing fires
 * after the time found, which is before until, up to until. */
ez_found ez_trigger_find_last(const ez_trigger *self, execz_time until);

/* The same for a trigger that is never unsure; of another, the time from where to search on. */
execz_time ez_trigger_next(const ez_trigger *self, execz_time after);

/* The last fire time at or before `until`; false if there is none, or if it is not known.  With
 * count it is what makes catching up after a long sleep cheap: it costs the same whatever was
 * missed. */
bool ez_trigger_last(const ez_trigger *self, execz_time until, execz_time *time_out);

/* How many fire times lie after `after` and at or before `until`; counts no further than limit.
 * Where `or` and `and` would need too many steps it is at least that many. */
uint64_t ez_trigger_count(const ez_trigger *self, execz_time after, execz_time until,
                          uint64_t limit);

/* Whether it fires, besides, when the scheduler shuts down. */
bool ez_trigger_at_shutdown(const ez_trigger *self);

/* How far a run may be moved behind its fire time; 0 if it is not.  Whoever schedules applies it to
 * each fire time alone, so that it never accumulates, and never past the next one. */
execz_duration ez_trigger_jitter(const ez_trigger *self);

/* Whether it counts from the anchor with which its text was read: with another one the same text is
 * another trigger. */
bool ez_trigger_is_anchored(const ez_trigger *self);

/* An anchored trigger with another anchor, of those that can be told; NULL if its text has to be read
 * again for that.  A reference. */
ez_trigger *ez_trigger_count_from(const ez_trigger *self, execz_time anchor);

/* Whether it fires once, and the next time only a while after that run has ended. */
bool ez_trigger_counts_from_end(const ez_trigger *self);

/* What it is after a run that has ended at `end`; NULL if it counts from no end.  A reference. */
ez_trigger *ez_trigger_after_end(const ez_trigger *self, execz_time end);

/* The text form, which ez_trigger_parse() reads back to an equal trigger.  Caller frees. */
char *ez_trigger_format(const ez_trigger *self);

#endif
