/* SPDX-License-Identifier: MIT */
/* What every kind of trigger understands: timezone, start_at, end_at and jitter. */
#ifndef EZ_TRIGGER_SCOPE_H
#define EZ_TRIGGER_SCOPE_H

#include "trigger/arguments.h"
#include "trigger/civil.h"

/* Where and within which bounds a trigger fires. */
typedef struct ez_scope {
    ez_zone *zone;      /* owned: in which wall times are read and written; never NULL when read */
    ez_moment start_at; /* no fire time lies before it; EZ_SCOPE_NO_START: no such bound */
    ez_moment end_at;   /* no fire time lies after it; EXECZ_TIME_NEVER: no such bound */
    execz_duration jitter;
} ez_scope;

#define EZ_SCOPE_NO_START INT64_MIN

/* The latest time that lies before every fire time start_at allows, or after if that is later. */
static inline execz_time
ez_scope_clamp_after(const ez_scope *self, execz_time after)
{
    execz_time start_at = self->start_at.time;

    return start_at != EZ_SCOPE_NO_START && after < start_at ? start_at - 1 : after;
}

/* An unbounded scope in the zone of the surroundings. */
execz_status ez_scope_init(ez_scope *self, ez_build *build);

/* Reads the arguments that signature knows of timezone, start_at, end_at and jitter.  Leaves
 * nothing to clear on failure. */
execz_status ez_scope_read(ez_scope *self, ez_build *build, const ez_syntax_call *call,
                           const ez_signature *signature);

void ez_scope_clear(ez_scope *self);

/* Reads the value of argument as a point in time. */
execz_status ez_scope_read_moment(const ez_scope *self, ez_build *build,
                                  const ez_syntax_argument *argument, ez_moment *moment_out);

/* Appends moment as an argument to the text of a trigger; key may be NULL. */
void ez_scope_append_moment(const ez_scope *self, GString *text, const char *key,
                            const ez_moment *moment);

/* The name of its zone. */
const char *ez_scope_zone_name(const ez_scope *self);

/* Appends what ez_scope_read() reads.  The zone is told unless it is given, for the text must mean
 * the same in other surroundings.  given_zone may be NULL. */
void ez_scope_append(const ez_scope *self, const char *given_zone, GString *text);

#endif
