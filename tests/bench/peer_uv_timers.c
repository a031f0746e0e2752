/* SPDX-License-Identifier: MIT */
/* libuv's timers, in memory of the caller's. */
#include "peers.h"

#include <glib.h>
#include <uv.h>

typedef struct timers {
    uv_loop_t loop;
    uv_timer_t *all; /* owned */
    uint64_t n;
    uint64_t fired;
} timers;

static void
ignore(uv_timer_t *timer)
{
    ((timers *)timer->data)->fired++;
}

static void *
set_up(const bench_load *load, char *why)
{
    timers *self = g_new0(timers, 1);

    (void)load;
    (void)why;
    (void)uv_loop_init(&self->loop);
    return self;
}

static void
add_many(timers *self, uint64_t n, uint64_t milliseconds)
{
    self->all = g_new0(uv_timer_t, n);
    self->n = n;
    for (uint64_t i = 0; i < n; i++) {
        (void)uv_timer_init(&self->loop, &self->all[i]);
        self->all[i].data = self;
        (void)uv_timer_start(&self->all[i], ignore, milliseconds, milliseconds);
    }
}

static void
drop(timers *self)
{
    for (uint64_t i = 0; i < self->n; i++) {
        uv_close((uv_handle_t *)&self->all[i], NULL);
    }
    (void)uv_run(&self->loop, UV_RUN_DEFAULT);
    g_clear_pointer(&self->all, g_free);
    self->n = 0;
}

static void
tear_down(void *state)
{
    timers *self = state;

    drop(self);
    (void)uv_loop_close(&self->loop);
    g_free(self);
}

static void *
set_up_armed(const bench_load *load, char *why)
{
    timers *self = set_up(load, why);

    add_many(self, load->n, 86400000);
    return self;
}

enum { FIRE_MS = 50 };

static void *
set_up_fire(const bench_load *load, char *why)
{
    timers *self = set_up(load, why);

    add_many(self, load->n, FIRE_MS);
    return self;
}

static double
measure_add(void *state, const bench_load *load)
{
    timers *self = state;
    int64_t start = bench_now();
    double rate;

    add_many(self, load->n, 86400000);
    rate = bench_rate(load->n, start);
    drop(self);
    return rate;
}

static double
measure_bytes(void *state, const bench_load *load)
{
    timers *self = state;
    double before = bench_allocated(), bytes;

    add_many(self, load->n, 86400000);
    bytes = (bench_allocated() - before) / (double)load->n;
    drop(self);
    return bytes;
}

enum { PASSES = 10000 };

static double
measure_pass(void *state, const bench_load *load)
{
    timers *self = state;
    int64_t start = bench_now();

    (void)load;
    for (int i = 0; i < PASSES; i++) {
        (void)uv_run(&self->loop, UV_RUN_NOWAIT);
    }
    return (double)(bench_now() - start) / 1e3 / PASSES;
}

/* All are due when it begins. */
static double
measure_fire(void *state, const bench_load *load)
{
    timers *self = state;
    int64_t start;

    (void)load;
    bench_rest((FIRE_MS + 10) * INT64_C(1000000));
    self->fired = 0;
    start = bench_now();
    (void)uv_run(&self->loop, UV_RUN_NOWAIT);
    return (double)(bench_now() - start) / 1e3 / (double)MAX(self->fired, 1);
}

const bench_side peer_uv_timers_add = {"libuv", set_up, measure_add, tear_down};
const bench_side peer_uv_timers_bytes = {"libuv", set_up, measure_bytes, tear_down};
const bench_side peer_uv_timers_pass = {"libuv", set_up_armed, measure_pass, tear_down};
const bench_side peer_uv_timers_fire = {"libuv", set_up_fire, measure_fire, tear_down};
