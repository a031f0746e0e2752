/* SPDX-License-Identifier: MIT */
/* The threadpool with two workers, and what it is compared with. */
#include "peers.h"
#include "runner.h"
#include "subjects.h"

#include <time.h>

#include <glib.h>

static execz_status
nothing(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static void *
set_up(const bench_load *load, char *why)
{
    static const execz_function function = {sizeof function, EXECZ_TASK_FUNCTION, "nothing",
                                            "does nothing", nothing};
    static const execz_function *const functions[] = {&function};
    static const char *const options[] = {"max_workers=2", "queue_limit=1024", NULL};
    runner *self = runner_new("threadpool", options, why);

    (void)load;
    if (self != NULL) {
        harness_add_functions(self->harness, functions, G_N_ELEMENTS(functions));
        self->task = harness_function(self->harness, "bench:nothing", NULL);
    }
    return self;
}

/* Milliseconds of processor time, of all threads, in n milliseconds without a task. */
static double
measure_idle_use(void *state, const bench_load *load)
{
    runner *self = state;
    struct timespec before, after;

    harness_run(self->harness, self->task, 1000, 1000);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    bench_rest((int64_t)load->n * EXECZ_MILLISECOND);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    return (double)(after.tv_sec - before.tv_sec) * 1e3 +
           (double)(after.tv_nsec - before.tv_nsec) / 1e6;
}

static const bench_side tasks = {"threadpool", set_up, runner_measure_rate, runner_free};
static const bench_side round_trip = {"threadpool", set_up, runner_measure_round_trip, runner_free};
static const bench_side idle_use = {"threadpool", set_up, measure_idle_use, runner_free};

#define BURST                                                                                      \
    .unit = "tasks/s", .better = BENCH_HIGHER, .load = {.n = 1000000}, .n_smoke = 100000,          \
    .ours = &tasks
#define WINDOW                                                                                     \
    .unit = "tasks/s", .better = BENCH_HIGHER, .load = {.n = 1000000, .window = 1024},             \
    .n_smoke = 5000, .ours = &tasks
#define IDLE                                                                                       \
    .unit = "us", .better = BENCH_LOWER, .load = {.n = 20000, .window = 1}, .n_smoke = 20,         \
    .ours = &round_trip

#define RESTED                                                                                     \
    .unit = "us", .better = BENCH_LOWER,                                                           \
    .load = {.n = 5000, .window = 1, .gap = 200 * EXECZ_MICROSECOND}, .n_smoke = 20,               \
    .ours = &round_trip

static const bench_row rows[] = {
    {"threadpool.burst.libuv", BURST, .peer = &peer_uv_tasks},
    {"threadpool.burst.glib", BURST, .peer = &peer_glib_counted},
    {"threadpool.burst.glib-context", BURST, .peer = &peer_glib_invoke},
    {"threadpool.burst.glib-list", BURST, .peer = &peer_glib_list},
    {"threadpool.window.libuv", WINDOW, .peer = &peer_uv_tasks},
    {"threadpool.window.glib-context", WINDOW, .peer = &peer_glib_invoke},
    {"threadpool.window.glib-list", WINDOW, .peer = &peer_glib_list},
    {"threadpool.round-trip.libuv", IDLE, .peer = &peer_uv_round_trip},
    {"threadpool.round-trip.glib", IDLE, .peer = &peer_glib_counted_round_trip},
    {"threadpool.round-trip.glib-context", IDLE, .peer = &peer_glib_invoke_round_trip},
    {"threadpool.idle-round-trip.libuv", RESTED, .peer = &peer_uv_round_trip},
    {"threadpool.idle-round-trip.glib", RESTED, .peer = &peer_glib_counted_round_trip},
    {"threadpool.idle-round-trip.glib-context", RESTED, .peer = &peer_glib_invoke_round_trip},
    {"threadpool.idle-use", "ms/s", BENCH_LOWER, {.n = 1000}, 10, &idle_use, NULL},
};

const bench_table threadpool_rows = {rows, G_N_ELEMENTS(rows)};
