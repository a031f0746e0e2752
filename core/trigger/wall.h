/* SPDX-License-Identifier: MIT */
/* When the wall clock of a zone shows a pattern: from schedule to points in time. */
#ifndef EZ_TRIGGER_WALL_H
#define EZ_TRIGGER_WALL_H

#include "trigger/pattern.h"
#include "trigger/policy.h"
#include "trigger/zone.h"

/* All of it borrowed. */
typedef struct ez_wall {
    const ez_pattern *pattern;
    const ez_zone *zone;
    ez_policy policy;
} ez_wall;

/* The three questions of a trigger, as kind.h puts them. */
execz_time ez_wall_next(const ez_wall *self, execz_time after);
bool ez_wall_last(const ez_wall *self, execz_time until, execz_time *time_out);
uint64_t ez_wall_count(const ez_wall *self, execz_time after, execz_time until, uint64_t limit);

#endif
