/* SPDX-License-Identifier: MIT */
/* Coroutines on the event loop, on the scheduler's own thread. */
#include "peers.h"
#include "runner.h"
#include "subjects.h"

#include <pthread.h>
#include <stdatomic.h>

#include <glib.h>

static execz_status
nothing(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

/* Yields "n" times. */
static execz_status
yield(execz_call *call)
{
    int64_t n = execz_arg_int(call, "n", 0);

    for (int64_t i = 0; i < n; i++) {
        if (execz_yield(call) < 0) {
            return EXECZ_E_CANCELLED;
        }
    }
    return EXECZ_OK;
}

static atomic_uint_fast64_t asleep;

static execz_status
sleep_long(execz_call *call)
{
    atomic_fetch_add(&asleep, 1);
    return execz_sleep(call, EXECZ_HOUR) < 0 ? EXECZ_E_CANCELLED : EXECZ_OK;
}

static runner *
start(const char *function, const char *args, char *why)
{
    static const execz_function all[] = {
        {sizeof *all, EXECZ_TASK_COROUTINE, "nothing", "does nothing", nothing},
        {sizeof *all, EXECZ_TASK_COROUTINE, "yield", "lets others go first", yield},
        {sizeof *all, EXECZ_TASK_COROUTINE, "sleep", "sleeps an hour", sleep_long},
    };
    static const execz_function *const functions[] = {&all[0], &all[1], &all[2]};
    runner *self = runner_new("asyncio", NULL, why);

    if (self != NULL) {
        harness_add_functions(self->harness, functions, G_N_ELEMENTS(functions));
        self->task = harness_function(self->harness, function, args);
    }
    return self;
}

static void *
set_up_spawn(const bench_load *load, char *why)
{
    (void)load;
    return start("bench:nothing", NULL, why);
}

/* ---- yield and resume ------------------------------------------------------------------------ */

static void *
set_up_yield(const bench_load *load, char *why)
{
    g_autofree char *args = g_strdup_printf("{\"n\":%" G_GUINT64_FORMAT "}", load->n);

    return start("bench:yield", args, why);
}

/* Nanoseconds of one yield, among n of one run. */
static double
measure_yield(void *state, const bench_load *load)
{
    runner *self = state;
    int64_t begun = bench_now();

    harness_run(self->harness, self->task, 1, 1);
    return (double)(bench_now() - begun) / (double)load->n;
}

/* ---- calls from another thread --------------------------------------------------------------- */

typedef struct poster {
    harness *harness; /* owned */
    const execz_host *host;
    uint64_t n;
    uint64_t called; /* the loop's */
} poster;

/* Which executor does not matter: it is the host that is called. */
static void *
set_up_post(const bench_load *load, char *why)
{
    harness *around = harness_new("threadpool", NULL, why);
    poster *self;

    (void)load;
    if (around == NULL) {
        return NULL;
    }
    self = g_new0(poster, 1);
    self->harness = around;
    self->host = harness_host(around);
    return self;
}

static void
tear_down_post(void *state)
{
    poster *self = state;

    harness_free(self->harness);
    g_free(self);
}

static void
count(void *user)
{
    ((poster *)user)->called++;
}

static void *
post_all(void *user)
{
    poster *self = user;

    for (uint64_t i = 0; i < self->n; i++) {
        if (self->host->post(self->host, count, self) != EXECZ_OK) {
            bench_die("post() failed");
        }
    }
    return NULL;
}

static double
measure_post(void *state, const bench_load *load)
{
    poster *self = state;
    pthread_t thread;
    int64_t begun = bench_now();

    self->n = load->n;
    self->called = 0;
    if (pthread_create(&thread, NULL, post_all, self) != 0) {
        bench_die("no thread");
    }
    while (self->called < load->n) {
        (void)harness_collect(self->harness, true);
    }
    (void)pthread_join(thread, NULL);
    return bench_rate(load->n, begun);
}

/* ---- sleepers -------------------------------------------------------------------------------- */

typedef struct bed {
    runner *runner; /* owned */
    double bytes;   /* of each in the first round; later ones find the memory of the first */
} bed;

static void *
set_up_sleepers(const bench_load *load, char *why)
{
    runner *around = start("bench:sleep", NULL, why);
    bed *self;

    (void)load;
    if (around == NULL) {
        return NULL;
    }
    self = g_new0(bed, 1);
    self->runner = around;
    return self;
}

static void
tear_down_sleepers(void *state)
{
    bed *self = state;

    runner_free(self->runner);
    g_free(self);
}

/* Starts n and waits until all sleep; ends them when the clock has stopped. */
static double
measure_sleepers(void *state, const bench_load *load)
{
    bed *self = state;
    harness *around = self->runner->harness;
    uint64_t before = bench_resident();
    int64_t begun = bench_now();
    double took;

    atomic_store(&asleep, 0);
    for (uint64_t sent = 0; sent < load->n;) {
        if (harness_send(around, self->runner->task)) {
            sent++;
        } else {
            (void)harness_collect(around, true);
        }
    }
    while (atomic_load(&asleep) < load->n) {
        (void)harness_collect(around, true);
    }
    took = (double)(bench_now() - begun) / 1e6;
    if (self->bytes <= 0) {
        self->bytes = (double)(bench_resident() - before) / (double)load->n;
    }
    harness_cancel(around);
    return took;
}

static double
measure_sleepers_bytes(void *state, const bench_load *load)
{
    bed *self = state;

    if (self->bytes <= 0) {
        (void)measure_sleepers(state, load);
    }
    return self->bytes;
}

static const bench_side spawn = {"asyncio", set_up_spawn, runner_measure_rate, runner_free};
static const bench_side one_by_one = {"asyncio", set_up_spawn, runner_measure_round_trip,
                                      runner_free};
static const bench_side yields = {"asyncio", set_up_yield, measure_yield, runner_free};
static const bench_side posts = {"host->post()", set_up_post, measure_post, tear_down_post};
static const bench_side sleepers = {"asyncio", set_up_sleepers, measure_sleepers,
                                    tear_down_sleepers};
static const bench_side sleepers_bytes = {"asyncio", set_up_sleepers, measure_sleepers_bytes,
                                          tear_down_sleepers};

#define YIELD                                                                                      \
    .unit = "ns", .better = BENCH_LOWER, .load = {.n = 1000000}, .n_smoke = 1000, .ours = &yields
#define POST                                                                                       \
    .unit = "calls/s", .better = BENCH_HIGHER, .load = {.n = 1000000}, .n_smoke = 1000,            \
    .ours = &posts

static const bench_row rows[] = {
    {"asyncio.spawn.python",
     "tasks/s",
     BENCH_HIGHER,
     {.n = 200000},
     1000,
     &spawn,
     &peer_python_coroutines},
    {"asyncio.round-trip.python",
     "us",
     BENCH_LOWER,
     {.n = 20000, .window = 1},
     100,
     &one_by_one,
     &peer_python_coroutine},
    {"asyncio.yield.ucontext", YIELD, .peer = &peer_ucontext},
    {"asyncio.yield.python", YIELD, .peer = &peer_python_yield},
    {"asyncio.post.glib", POST, .peer = &peer_glib_foreign},
    {"asyncio.post.python", POST, .peer = &peer_python_post},
    {"asyncio.sleepers-start.python",
     "ms",
     BENCH_LOWER,
     {.n = 100000},
     1000,
     &sleepers,
     &peer_python_sleepers},
    {"asyncio.sleepers-memory.python",
     "bytes",
     BENCH_LOWER,
     {.n = 100000},
     1000,
     &sleepers_bytes,
     &peer_python_sleepers_bytes},
};

const bench_table asyncio_rows = {rows, G_N_ELEMENTS(rows)};
