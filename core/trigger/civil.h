/* SPDX-License-Identifier: MIT */
/* Wall-clock time of a zone, as text and as a point in time. */
#ifndef EZ_TRIGGER_CIVIL_H
#define EZ_TRIGGER_CIVIL_H

#include <stdbool.h>

#include "trigger/zone.h"

/* The points in time a text can name: from 1970-01-01T00:00:00Z up to, not including,
 * 2262-01-01T00:00:00Z, the last whole year that 64-bit nanoseconds hold. */
#define EZ_CIVIL_BEGIN INT64_C(0)
#define EZ_CIVIL_END (INT64_C(106651) * EXECZ_DAY)

/* What calendar and clock on the wall show. */
typedef struct ez_civil {
    int year, month, day; /* month and day count from 1 */
    int hour, minute, second;
    int nanosecond;
} ez_civil;

/* A point in time and how it was written.  A wall time is written back without an offset: who wrote
 * "09:00 in Kolkata" keeps 09:00 even if the zone's rules are changed before that day. */
typedef struct ez_moment {
    execz_time time;
    bool wall; /* false: written with Z or an offset, or taken from a clock */
} ez_moment;

/* What the wall clock of zone shows at time. */
void ez_civil_from_time(execz_time time, const ez_zone *zone, ez_civil *civil_out);

/* When the wall clock of zone shows civil, which must be a date that exists: the first time if it
 * shows it twice (clock set back), and if it never does (clock set forward) what it would have
 * been, had the clock not been set.  EXECZ_TIME_NEVER if the time does not lie between
 * EZ_CIVIL_BEGIN and EZ_CIVIL_END. */
execz_time ez_civil_to_time(const ez_civil *civil, const ez_zone *zone);

/* Reads YYYY-M-D[( |T)H:M[:S[.f]]][Z|+HH:MM|-HH:MM], blanks around it allowed; without Z or an
 * offset it is wall time of zone. */
execz_status ez_moment_parse(const char *text, const ez_zone *zone, ez_moment *moment_out,
                             execz_error *err);

/* The text that ez_moment_parse() reads back to the same moment in the same zone, with as many
 * digits of the fraction as needed, and in UTC always with Z.  Caller frees. */
char *ez_moment_format(const ez_moment *moment, const ez_zone *zone);

#endif
