/* SPDX-License-Identifier: MIT */
/* Which seconds of a wall clock a schedule names, as bits.  Knows nothing of zones: a wall time is
 * the number of seconds since 1970-01-01T00:00:00 on that clock. */
#ifndef EZ_TRIGGER_PATTERN_H
#define EZ_TRIGGER_PATTERN_H

#include "trigger/daytimes.h"

#include <stdbool.h>
#include <stdint.h>

/* The years that can be named: those whose points in time can be told. */
#define EZ_YEAR_FIRST 1970
#define EZ_YEAR_LAST 2261
#define EZ_YEAR_WORDS ((EZ_YEAR_LAST - EZ_YEAR_FIRST) / 64 + 1)

/* No wall time. */
#define EZ_WALL_NONE INT64_MIN

/* Days by their place in a month or week. */
typedef struct ez_day_set {
    uint32_t of_month;    /* bit 1 for the first day of the month, and so on */
    uint8_t weekday[7];   /* from Monday; which of the month's: bit 0 for the first, and so on */
    uint8_t last_weekday; /* bit 0 for the last Monday of the month, and so on */
    bool last;            /* the last day of the month */
} ez_day_set;

/* All of a month's first to fifth. */
#define EZ_EACH_WEEKDAY 0x1f

/* What the fields of a schedule name. */
typedef struct ez_values {
    uint64_t years[EZ_YEAR_WORDS]; /* bit 0 for EZ_YEAR_FIRST, and so on */
    uint64_t months;               /* bits 1 to 12 */
    uint64_t weeks;                /* of ISO 8601, bits 1 to 53 */
    ez_day_set day;
    ez_day_set day_of_week;
    bool either_day; /* a day is one of day or of day_of_week, instead of both */
    ez_daytimes times;
} ez_values;

/* Made once of an ez_values, then fixed. */
typedef struct ez_pattern {
    uint64_t years[EZ_YEAR_WORDS];
    uint64_t weeks;
    uint32_t months;     /* bit 0 for January */
    uint32_t days[4][7]; /* bit 0 for the first day of a month; see pattern.c */
    ez_daytimes times;
    bool is_daily; /* each day matches */
} ez_pattern;

void ez_pattern_init(ez_pattern *self, const ez_values *values);

/* What both name; false if that is nothing. */
bool ez_pattern_meet(const ez_pattern *a, const ez_pattern *b, ez_pattern *common_out);

/* The first wall time at or after wall, or EZ_WALL_NONE. */
int64_t ez_pattern_next(const ez_pattern *self, int64_t wall);

/* The last wall time at or before wall, or EZ_WALL_NONE. */
int64_t ez_pattern_last(const ez_pattern *self, int64_t wall);

/* How many wall times there are from begin up to, not including, end. */
uint64_t ez_pattern_count(const ez_pattern *self, int64_t begin, int64_t end);

/* How many of those are wall times also when distance seconds are added to them. */
uint64_t ez_pattern_count_twins(const ez_pattern *self, int64_t begin, int64_t end,
                                int64_t distance);

#endif
