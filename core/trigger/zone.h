/* SPDX-License-Identifier: MIT */
/* A time zone: what has to be added to UTC, and from when to when. */
#ifndef EZ_TRIGGER_ZONE_H
#define EZ_TRIGGER_ZONE_H

#include <glib.h>

#include <execz/types.h>

/* Immutable, and shared by everybody who opens the same zone. */
typedef struct ez_zone ez_zone;

/* Time from which an offset holds, until the segment behind it in memory begins.  Neighbours have
 * different offsets. */
typedef struct ez_segment {
    int64_t begin;  /* in seconds since 1970 UTC; INT64_MIN in the first segment */
    int32_t offset; /* what is added to UTC, in seconds; less than a day */
} ez_segment;

/* Opens the zone called name ("Europe/London", "UTC").  The zone's file is read when nobody holds
 * the zone yet, so keep the reference.  UTC is there even on a machine without zone files. */
execz_status ez_zone_open(const char *name, ez_zone **zone_out, execz_error *err);

ez_zone *ez_zone_ref(ez_zone *self);
void ez_zone_unref(ez_zone *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_zone, ez_zone_unref)

/* The name by which it was opened. */
const char *ez_zone_name(const ez_zone *self);

/* The segment that holds utc, in seconds since 1970, at the same cost for all of time.  Offsets
 * are true from a day before 1970 until a day after the last point in time that can be told. */
const ez_segment *ez_zone_segment(const ez_zone *self, int64_t utc);

/* When self is over; INT64_MAX for the last segment. */
static inline int64_t
ez_segment_end(const ez_segment *self)
{
    return self[1].begin;
}

#endif
