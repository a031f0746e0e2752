/* SPDX-License-Identifier: MIT */
#include "runner.h"

#include <glib.h>

runner *
runner_new(const char *alias, const char *const *options, char *why)
{
    harness *around = harness_new(alias, options, why);
    runner *self;

    if (around == NULL) {
        return NULL;
    }
    self = g_new0(runner, 1);
    self->harness = around;
    return self;
}

void
runner_free(void *self)
{
    harness_free(((runner *)self)->harness);
    g_free(self);
}

double
runner_measure_rate(void *self, const bench_load *load)
{
    runner *mine = self;
    int64_t start = bench_now();

    harness_run(mine->harness, mine->task, load->n, bench_window(load));
    return bench_rate(load->n, start);
}

static void
once(void *self)
{
    runner *mine = self;

    harness_run(mine->harness, mine->task, 1, 1);
}

double
runner_measure_round_trip(void *self, const bench_load *load)
{
    return bench_round_trips(load, once, self);
}
