/* SPDX-License-Identifier: MIT */
/* What people write in a field of a schedule by habit, from a crontab or a clock, and what they mean. */
#ifndef EZ_TRIGGER_HABIT_H
#define EZ_TRIGGER_HABIT_H

#include "trigger/field.h"

/* What was meant by an item of a field of cron, as its arguments, e.g. hour=21 for "9pm"; NULL if it
 * is nothing that is known.  Caller frees. */
char *ez_habit_meaning(ez_field field, const char *item);

#endif
