/* SPDX-License-Identifier: MIT */
/* When a task runs: trigger, cron, every and at. */
#ifndef EZ_CONFIG_SCHEDULE_H
#define EZ_CONFIG_SCHEDULE_H

#include "config/value.h"

/* The text of the trigger that section describes, checked with zone (NULL: UTC) for what does
 * not name its own; NULL if it describes none, which is reported. */
const char *ez_schedule_read(const ez_reading *reading, const ez_section *section,
                             const char *zone);

#endif
