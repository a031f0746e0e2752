/* SPDX-License-Identifier: MIT */
/* interval(hours=6, start_at=2027-01-01T00:00:00Z): fires again and again, by elapsed time. */
#ifndef EZ_TRIGGER_INTERVAL_H
#define EZ_TRIGGER_INTERVAL_H

#include "trigger/kind.h"

#define EZ_INTERVAL_MIN EXECZ_MILLISECOND
#define EZ_INTERVAL_MAX (INT64_C(36525) * EXECZ_DAY) /* 100 years */

extern const ez_trigger_kind ez_interval_kind;

/* Fires at scope's start_at + k * length, k >= 0; without start_at at anchor + k * length, k >= 1.
 * length must lie within the limits above.  Takes what scope holds. */
ez_trigger *ez_interval_new(ez_scope *scope, execz_duration length, ez_moment anchor);

/* Whether length lies within the limits, described in err if it does not. */
execz_status ez_interval_check_length(execz_duration length, execz_error *err);

/* Whether an interval may count from anchor, described in err if it may not. */
execz_status ez_interval_check_anchor(execz_time anchor, execz_error *err);

#endif
