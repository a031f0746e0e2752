/* SPDX-License-Identifier: MIT */
/* What it costs that run times outlast a crash: tasks that are due together, again and again, with the
 * store sqlite at synchronous=FULL.  Each run time is committed as due, run in place, and committed as
 * ended.  Beside it the same without a store. */
#include "bed.h"
#include "subjects.h"

#include <glib.h>

static const execz_duration period = 10 * EXECZ_SECOND;

/* Run times in one measurement, at most. */
enum { RUNS = 100000, BURSTS_MAX = 300 };

static void *
with_tasks(bed *self, const bench_load *load)
{
    if (self != NULL) {
        bed_add(self, load->n, "interval(seconds=10)");
    }
    return self;
}

static void *
set_up(const bench_load *load, char *why)
{
    return with_tasks(bed_new_durable("debug", why), load);
}

static void *
set_up_memory(const bench_load *load, char *why)
{
    return with_tasks(bed_new("debug", NULL, true, why), load);
}

/* Seconds for one run time. */
static double
measure(bed *self, const bench_load *load)
{
    uint64_t bursts = MIN(BURSTS_MAX, MAX(1, RUNS / load->n));
    int64_t start = bench_now();

    for (uint64_t i = 0; i < bursts; i++) {
        bed_turn(self, period);
    }
    return (double)(bench_now() - start) / 1e9 / (double)(bursts * load->n);
}

static double
measure_rate(void *state, const bench_load *load)
{
    return 1 / measure(state, load);
}

static double
measure_cost(void *state, const bench_load *load)
{
    return 1e6 * measure(state, load);
}

static const bench_side rate = {"sqlite", set_up, measure_rate, bed_free};
static const bench_side cost = {"sqlite", set_up, measure_cost, bed_free};
static const bench_side memory_rate = {"memory", set_up_memory, measure_rate, bed_free};
static const bench_side memory_cost = {"memory", set_up_memory, measure_cost, bed_free};

#define RATE .unit = "runs/s", .better = BENCH_HIGHER, .ours = &rate, .peer = &memory_rate
#define COST .unit = "us", .better = BENCH_LOWER, .ours = &cost, .peer = &memory_cost

static const bench_row rows[] = {
    {"durable.burst.memory", RATE, .load = {.n = 1000}, .n_smoke = 10},
    {"durable.cost-1.memory", COST, .load = {.n = 1}, .n_smoke = 1},
    {"durable.cost-10.memory", COST, .load = {.n = 10}, .n_smoke = 2},
    {"durable.cost-1000.memory", COST, .load = {.n = 1000}, .n_smoke = 3},
};

const bench_table durable_rows = {rows, G_N_ELEMENTS(rows)};
