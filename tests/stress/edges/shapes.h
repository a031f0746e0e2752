/* SPDX-License-Identifier: MIT */
/* Schedules as their text and, said again by hand, as a question to a wall clock. */
#ifndef TESTS_STRESS_EDGES_SHAPES_H
#define TESTS_STRESS_EDGES_SHAPES_H

#include <stdbool.h>
#include <time.h>

#define N_SHAPES 24

typedef struct shape {
    const char *text; /* a trigger without its closing parenthesis */
    bool (*matches)(const struct tm *wall);
    bool is_repeated; /* its usual policy is that of repeated times */
} shape;

extern const shape shapes[N_SHAPES];

#endif
