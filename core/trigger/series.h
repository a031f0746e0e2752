/* SPDX-License-Identifier: MIT */
/* Points in time at equal distances, and when two such series meet. */
#ifndef EZ_TRIGGER_SERIES_H
#define EZ_TRIGGER_SERIES_H

#include <stdbool.h>

#include <execz/types.h>

/* first, first + length, first + 2 length ... up to end, which may lie before first: then it is
 * empty.  Nothing of it is EXECZ_TIME_NEVER. */
typedef struct ez_series {
    execz_time first;
    execz_duration length; /* 0: only first */
    execz_time end;
} ez_series;

/* Every multiple of length from 1970 on. */
ez_series ez_series_of_multiples(execz_duration length);

/* The first point strictly after `after`; EXECZ_TIME_NEVER if there is none. */
execz_time ez_series_next(const ez_series *self, execz_time after);

/* The last point at or before until; false if there is none. */
bool ez_series_last(const ez_series *self, execz_time until, execz_time *time_out);

/* How many points lie after `after` and at or before until, which is not before it. */
uint64_t ez_series_count(const ez_series *self, execz_time after, execz_time until);

/* What the two have in common, which is a series again; false if that is nothing. */
bool ez_series_meet(const ez_series *a, const ez_series *b, ez_series *common_out);

#endif
