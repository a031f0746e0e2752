/* SPDX-License-Identifier: MIT */
/* When a task runs: trigger, cron, every and at; and jitter. */
#ifndef EZ_CONFIG_SCHEDULE_H
#define EZ_CONFIG_SCHEDULE_H

#include "config/value.h"

/* The text of the trigger that section describes, checked with zone (NULL: UTC) for what does
 * not name its own; NULL if it describes none, which is reported.  jitter is that of
 * [defaults] (NULL: none), for a task and a trigger that have none and a kind that knows it. */
const char *ez_schedule_read(const ez_reading *reading, const ez_section *section, const char *zone,
                             const ez_ini_entry *jitter);

/* The trigger of this text with the jitter that section has, or else with that one. */
const char *ez_schedule_jittered(const ez_reading *reading, const ez_section *section,
                                 const char *text, const char *zone, const ez_ini_entry *jitter);

/* The key jitter of a section, if it has one that is a duration; else that is reported. */
const ez_ini_entry *ez_schedule_find_jitter(const ez_reading *reading, const ez_section *section);

#endif
