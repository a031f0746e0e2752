/* SPDX-License-Identifier: MIT */
/* A test as its runner and its own process see it. */
#ifndef EZ_TESTS_RUNNER_H
#define EZ_TESTS_RUNNER_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <sys/types.h>
#include <time.h>

/* What a test tells its runner, in memory that both share. */
typedef struct ez_test_report {
    unsigned failures;
    bool skipped;
    char why[256]; /* it was skipped */
} ez_test_report;

typedef struct ez_test {
    const struct criterion_test *test;
    const struct criterion_suite *suite; /* NULL: it has no fixture */
    ez_test_report *report;
    pid_t process;
    struct timespec start;
} ez_test;

/* Runs the test, in a process of its own, and ends it. */
void CR_NORETURN ez_test_run(const ez_test *self);

#endif
