/* SPDX-License-Identifier: MIT */
/* calendar(months=1, hour=9): fires at a wall time of dates that lie years, months, weeks or days
 * apart. */
#ifndef EZ_TRIGGER_CALENDAR_H
#define EZ_TRIGGER_CALENDAR_H

#include "trigger/kind.h"

extern const ez_trigger_kind ez_calendar_kind;

#endif
