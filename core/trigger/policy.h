/* SPDX-License-Identifier: MIT */
/* What becomes of wall times that a clock which is set skips, or shows twice. */
#ifndef EZ_TRIGGER_POLICY_H
#define EZ_TRIGGER_POLICY_H

#include "trigger/arguments.h"
#include "trigger/zone.h"

/* Of a wall time that never comes, because the clock was set forward. */
typedef enum ez_gap {
    EZ_GAP_RUN,   /* runs at the first instant after the gap, once for all times in it */
    EZ_GAP_SKIP,  /* does not run */
    EZ_GAP_SHIFT, /* runs when it would have come, had the clock not been set */
} ez_gap;

/* Of a wall time that comes twice, because the clock was set back. */
typedef enum ez_fold {
    EZ_FOLD_FIRST,
    EZ_FOLD_SECOND,
    EZ_FOLD_BOTH,
} ez_fold;

typedef struct ez_policy {
    ez_gap gap;
    ez_fold fold;
} ez_policy;

/* A fixed wall time runs once on each day. */
#define EZ_POLICY_FIXED ((ez_policy){EZ_GAP_RUN, EZ_FOLD_FIRST})
/* What runs again and again follows real time. */
#define EZ_POLICY_REPEATED ((ez_policy){EZ_GAP_SKIP, EZ_FOLD_BOTH})

/* Reads the arguments gap and fold; what is not given is as in usual. */
execz_status ez_policy_read(ez_policy *self, ez_policy usual, ez_build *build,
                            const ez_syntax_call *call, const ez_signature *signature);

/* Appends what ez_policy_read() needs to read self again. */
void ez_policy_append(const ez_policy *self, ez_policy usual, GString *text);

/* When a run for wall takes place: the number of points in time, and those, in order.  wall is in
 * seconds since 1970 of the wall clock. */
size_t ez_policy_times(const ez_policy *self, const ez_zone *zone, int64_t wall,
                       int64_t utc_out[2]);

#endif
