/* SPDX-License-Identifier: MIT */
/* Points in time as people say them, seen from now. */
#ifndef EZ_TOOL_WHEN_H
#define EZ_TOOL_WHEN_H

#include <jansson.h>

#include <execz/types.h>

execz_time ez_when_now(void);

/* Of the clock that nobody sets. */
execz_time ez_when_monotonic(void);

/* "14:32:05 (in 41 s)", with the date if it is another day, in local time.  Caller frees. */
char *ez_when_next(execz_time time, execz_time now);

/* "41 s ago".  Caller frees. */
char *ez_when_ago(execz_time time, execz_time now);

/* "2027-01-31 14:32:05" in local time.  Caller frees. */
char *ez_when_clock(execz_time time);

/* The time that an answer has under key; EXECZ_TIME_NEVER if it has none. */
execz_time ez_when_of(const json_t *object, const char *key);

#endif
