/* SPDX-License-Identifier: MIT */
/* Tasks in worker processes, and how soon one is replaced. */
#include "peers.h"
#include "runner.h"
#include "subjects.h"

#include <signal.h>
#include <stdlib.h>

#include <glib.h>

/* JSON of 64 bytes, and then some for its key. */
#define ARGUMENTS "{\"text\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}"

static void *
set_up(const bench_load *load, char *why)
{
    static const char *const options[] = {"max_workers=2", NULL};
    runner *self = runner_new("processpool", options, why);

    (void)load;
    if (self != NULL) {
        self->task = harness_function(self->harness, "work:nothing", ARGUMENTS);
    }
    return self;
}

/* ---- a worker is killed ---------------------------------------------------------------------- */

typedef struct killer {
    harness *harness; /* owned */
    ez_task *task, *pid_task;
    const bench_load *load;
    pid_t pid; /* of the worker that was there last */
    bool done; /* the last run ended well */
} killer;

static void
listen(void *user, const ez_outcome *outcome)
{
    killer *self = user;

    self->done = outcome->outcome == EXECZ_OUTCOME_OK;
    if (outcome->value != NULL) {
        self->pid = (pid_t)strtoll(outcome->value, NULL, 10);
    }
}

/* One worker only: there is no other that could take the next task. */
static void *
set_up_kill(const bench_load *load, char *why)
{
    static const char *const options[] = {"max_workers=1", NULL};
    harness *around = harness_new("processpool", options, why);
    killer *self;

    (void)load;
    if (around == NULL) {
        return NULL;
    }
    self = g_new0(killer, 1);
    self->harness = around;
    self->task = harness_function(around, "work:nothing", ARGUMENTS);
    self->pid_task = harness_function(around, "work:pid", NULL);
    harness_listen(around, listen, self);
    return self;
}

static void
tear_down_kill(void *state)
{
    killer *self = state;

    harness_free(self->harness);
    g_free(self);
}

/* From the kill to the next task that is done, in microseconds: a run that the dying worker got is
 * lost, and sent again. */
static double
kill_once(killer *self)
{
    int64_t start;

    self->pid = 0;
    harness_run(self->harness, self->pid_task, 1, 1);
    if (self->pid <= 1) {
        bench_die("processpool: the worker has not said its process id");
    }
    bench_rest(self->load->gap);
    start = bench_now();
    (void)kill(self->pid, SIGKILL);
    do {
        harness_run(self->harness, self->task, 1, 1);
    } while (!self->done);
    return (double)(bench_now() - start) / 1e3;
}

static double
measure_kill(void *state, const bench_load *load)
{
    g_autofree double *took = g_new(double, load->n);
    killer *self = state;

    self->load = load;
    for (uint64_t i = 0; i < load->n; i++) {
        took[i] = kill_once(self);
    }
    return bench_median(took, load->n);
}

static const bench_side tasks = {"processpool", set_up, runner_measure_rate, runner_free};
static const bench_side round_trip = {"processpool", set_up, runner_measure_round_trip,
                                      runner_free};
static const bench_side killed = {"processpool", set_up_kill, measure_kill, tear_down_kill};

static const bench_row rows[] = {
    {"processpool.tasks.python",
     "tasks/s",
     BENCH_HIGHER,
     {.n = 10000},
     100,
     &tasks,
     &peer_python_process_tasks},
    {"processpool.round-trip.python",
     "us",
     BENCH_LOWER,
     {.n = 1000, .window = 1, .gap = 200 * EXECZ_MICROSECOND},
     10,
     &round_trip,
     &peer_python_process_round_trip},
    {"processpool.round-trip.bare",
     "us",
     BENCH_LOWER,
     {.n = 1000, .window = 1, .gap = 200 * EXECZ_MICROSECOND},
     10,
     &round_trip,
     &peer_bare_process_round_trip},
    {"processpool.kill.python",
     "us",
     BENCH_LOWER,
     {.n = 20, .window = 1, .gap = 5 * EXECZ_MILLISECOND},
     2,
     &killed,
     &peer_python_process_kill},
    {"processpool.kill.bare",
     "us",
     BENCH_LOWER,
     {.n = 20, .window = 1, .gap = 5 * EXECZ_MILLISECOND},
     2,
     &killed,
     &peer_bare_process_kill},
};

const bench_table processpool_rows = {rows, G_N_ELEMENTS(rows)};
