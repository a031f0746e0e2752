/* SPDX-License-Identifier: MIT */
/* One task, run again and again by one executor: most of our sides are just that. */
#ifndef TESTS_BENCH_RUNNER_H
#define TESTS_BENCH_RUNNER_H

#include "harness.h"

typedef struct runner {
    harness *harness; /* owned */
    ez_task *task;
} runner;

/* Starts alias as harness_new() does; the caller adds the task.  NULL as there. */
runner *runner_new(const char *alias, const char *const *options, char *why);
void runner_free(void *self);

/* A bench_side's measure: how many tasks a second. */
double runner_measure_rate(void *self, const bench_load *load);

/* Another: from sending to closing one, with nothing else in flight, in microseconds. */
double runner_measure_round_trip(void *self, const bench_load *load);

#endif
