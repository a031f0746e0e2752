/* SPDX-License-Identifier: MIT */
/* A walk along a wall clock around the instant at which it is set, as the C library reads it: slow,
 * and knows nothing of how triggers work. */
#ifndef TESTS_STRESS_EDGES_WALK_H
#define TESTS_STRESS_EDGES_WALK_H

#include "shapes.h"

#include "trigger/policy.h"

#include <stddef.h>
#include <stdint.h>

#define WALK_STEP 15                    /* seconds from one look at the clock to the next */
#define WALK_REACH (INT64_C(26) * 3600) /* before and behind: more than a clock was ever set by */
#define WALK_LOOKS (2 * WALK_REACH / WALK_STEP)
#define WALK_WALLS (2 * WALK_LOOKS) /* room for those that a gap adds */

/* Wall times are counted in steps from the first one on. */
typedef struct walk {
    int64_t begin; /* UTC seconds of the first look */
    struct tm looks[WALK_LOOKS];
    int walls[WALK_LOOKS];                   /* what each look shows */
    int first[WALK_WALLS], last[WALK_WALLS]; /* the looks that show a wall time; -1: none */
    int n_walls;
    int behind_gap;            /* the first look behind the gap; 0 if there is none */
    int gap_begin, gap_end;    /* its wall times */
    struct tm gap[WALK_LOOKS]; /* what the clock would have shown */
    bool matches[WALK_LOOKS];  /* what a shape says to each look */
    bool gap_matches[WALK_LOOKS];
} walk;

/* Walks around utc in the zone of the environment's TZ. */
void walk_around(walk *self, int64_t utc);

/* The end of the walk, in UTC seconds. */
int64_t walk_end(const walk *self);

/* Asks a shape about all that the clock shows, or would have shown. */
void walk_ask(walk *self, const shape *of);

/* When the shape that was asked last fires during the walk; tells how often.  fires has room for
 * WALK_LOOKS. */
size_t walk_fires(const walk *self, ez_policy policy, int64_t *fires);

#endif
