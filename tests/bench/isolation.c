/* SPDX-License-Identifier: MIT */
/* What it costs to have a plugin between scheduler and task, and to have it in a process of its own. */
#include "runner.h"
#include "subjects.h"

#include <glib.h>

static void *
set_up(const char *alias, const char *const *options, char *why)
{
    runner *self = runner_new(alias, options, why);

    if (self != NULL) {
        self->task = harness_function(self->harness, "work:nothing", NULL);
    }
    return self;
}

static void *
set_up_isolated(const bench_load *load, char *why)
{
    static const char *const options[] = {"isolation=process", "max_workers=2", NULL};

    (void)load;
    return set_up("threadpool", options, why);
}

static void *
set_up_here(const bench_load *load, char *why)
{
    static const char *const options[] = {"max_workers=2", NULL};

    (void)load;
    return set_up("threadpool", options, why);
}

/* An executor that runs a task in its send_task(): the path, and nothing beside it. */
static void *
set_up_inline(const bench_load *load, char *why)
{
    (void)load;
    return set_up("debug", NULL, why);
}

/* Nanoseconds for each task: its run is opened, sent, executed, finished and closed. */
static double
measure_path(void *state, const bench_load *load)
{
    return 1e9 / runner_measure_rate(state, load);
}

static const bench_side tasks = {"isolated", set_up_isolated, runner_measure_rate, runner_free};
static const bench_side tasks_here = {"in process", set_up_here, runner_measure_rate, runner_free};
static const bench_side round_trip = {"isolated", set_up_isolated, runner_measure_round_trip,
                                      runner_free};
static const bench_side round_trip_here = {"in process", set_up_here, runner_measure_round_trip,
                                           runner_free};
static const bench_side path = {"debug", set_up_inline, measure_path, runner_free};

static const bench_row rows[] = {
    {"plugin.inline", "ns", BENCH_LOWER, {.n = 1000000, .window = 256}, 1000, &path, NULL},
    {"isolation.tasks.threadpool",
     "tasks/s",
     BENCH_HIGHER,
     {.n = 100000, .window = 1024},
     1000,
     &tasks,
     &tasks_here},
    {"isolation.round-trip.threadpool",
     "us",
     BENCH_LOWER,
     {.n = 5000, .window = 1},
     20,
     &round_trip,
     &round_trip_here},
};

const bench_table isolation_rows = {rows, G_N_ELEMENTS(rows)};
