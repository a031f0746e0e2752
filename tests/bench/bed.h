/* SPDX-License-Identifier: MIT */
/* A scheduler with a great many tasks, as a program would have it, but for a clock that can be turned. */
#ifndef TESTS_BENCH_BED_H
#define TESTS_BENCH_BED_H

#include "bench.h"

#include <execz/scheduler.h>

typedef struct bed bed;

/* A running scheduler whose "default" executor is of this type (with options as harness_new() takes
 * them), and a function "bench:nothing".  turned: its clock stands still but for bed_turn().  NULL as
 * harness_new(). */
bed *bed_new(const char *executor, const char *const *options, bool turned, char *why);

/* The same, turned, with a durable store in a directory of its own, which goes with it. */
bed *bed_new_durable(const char *executor, char *why);
void bed_free(void *self);

execz_scheduler *bed_scheduler(bed *self);

/* Adds n tasks task-0000000, ... that do nothing by this trigger, or removes them. */
void bed_add(bed *self, uint64_t n, const char *trigger);
void bed_remove(bed *self, uint64_t n);

/* The id of the nth task, until the next call. */
const char *bed_id(uint64_t nth);

/* Adds one. */
void bed_add_one(bed *self, uint64_t nth, const char *trigger);

/* For rows: one on a threadpool, without tasks or with load->n that are due tomorrow. */
#define BED_EACH_DAY "interval(hours=24)"
void *bed_set_up(const bench_load *load, char *why);
void *bed_set_up_armed(const bench_load *load, char *why);

/* Time passes; then whatever is due is run, by an executor that runs it in place. */
void bed_turn(bed *self, execz_duration duration);

#endif
