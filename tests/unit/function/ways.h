/* SPDX-License-Identifier: MIT */
/* The ways a function with children may be run: the same function on each. */
#ifndef EZ_TESTS_FUNCTION_WAYS_H
#define EZ_TESTS_FUNCTION_WAYS_H

#include "fibers.h"
#include "fixture.h"

#include <errno.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define BLOCKING 0 /* children are threads */
#define PLAIN 1    /* as well, beside a coroutine whose executor knows nothing of children */
#define LOOP 2     /* coroutines */
#define WAYS 3

extern fixture ways;
extern atomic_int ended; /* children that came to their end, if they count themselves */

void ways_setup(void);
void ways_teardown(void);

/* Runs parent in one of the ways; the outcome is in ways. */
void run(int way, execz_function_call parent);

/* In all ways. */
void expect_value(execz_function_call parent, const char *value);
void expect_error(execz_function_call parent, const char *message);

#endif
