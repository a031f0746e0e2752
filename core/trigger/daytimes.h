/* SPDX-License-Identifier: MIT */
/* The times of a day that a schedule names, as bits: each second of each minute of each hour. */
#ifndef EZ_TRIGGER_DAYTIMES_H
#define EZ_TRIGGER_DAYTIMES_H

#include <stdint.h>

/* None of them is empty. */
typedef struct ez_daytimes {
    uint64_t hours, minutes, seconds;
} ez_daytimes;

/* Times are in seconds since the day began.  The first and the last of them all. */
int ez_daytimes_earliest(const ez_daytimes *self);
int ez_daytimes_latest(const ez_daytimes *self);

/* The first from second on; -1 if there is none. */
int ez_daytimes_next(const ez_daytimes *self, int second);

/* The last up to second; -1 if there is none. */
int ez_daytimes_last(const ez_daytimes *self, int second);

/* How many there are before second; EZ_DAY_SECONDS counts all. */
uint64_t ez_daytimes_count(const ez_daytimes *self, int second);

/* The same within one hour of which minutes are named. */
uint64_t ez_daytimes_count_hour(uint64_t minutes, uint64_t seconds, int second);

#endif
