/* SPDX-License-Identifier: MIT */
/* libuv: its requests are made before the clock starts, one for each that can be in flight. */
#include "peers.h"

#include <stdlib.h>

#include <glib.h>
#include <uv.h>

typedef struct uv_pool {
    uv_loop_t loop;
    uv_work_t *requests; /* owned, one for each in flight */
    uint64_t to_send;    /* in this round */
    uint64_t in_flight;
} uv_pool;

static void *
set_up(const bench_load *load, char *why)
{
    uv_pool *self = g_new0(uv_pool, 1);

    (void)why;
    (void)setenv("UV_THREADPOOL_SIZE", "2", 1);
    (void)uv_loop_init(&self->loop);
    self->requests = g_new0(uv_work_t, bench_window(load));
    return self;
}

static void
tear_down(void *state)
{
    uv_pool *self = state;

    (void)uv_loop_close(&self->loop);
    g_free(self->requests);
    g_free(self);
}

static void
work(uv_work_t *request)
{
    (void)request;
}

static void after_work(uv_work_t *request, int status);

static void
queue(uv_pool *self, uv_work_t *request)
{
    request->data = self;
    self->to_send--;
    self->in_flight++;
    if (uv_queue_work(&self->loop, request, work, after_work) != 0) {
        bench_die("libuv: uv_queue_work() failed");
    }
}

static void
after_work(uv_work_t *request, int status)
{
    uv_pool *self = request->data;

    (void)status;
    self->in_flight--;
    if (self->to_send > 0) {
        queue(self, request);
    }
}

static double
measure_tasks(void *state, const bench_load *load)
{
    uv_pool *self = state;
    uint64_t window = bench_window(load);
    int64_t start = bench_now();

    self->to_send = load->n;
    for (uint64_t i = 0; i < window && self->to_send > 0; i++) {
        queue(self, &self->requests[i]);
    }
    (void)uv_run(&self->loop, UV_RUN_DEFAULT);
    return bench_rate(load->n, start);
}

static void
once(void *state)
{
    uv_pool *self = state;

    self->to_send = 1;
    queue(self, &self->requests[0]);
    (void)uv_run(&self->loop, UV_RUN_DEFAULT);
}

static double
measure_round_trip(void *state, const bench_load *load)
{
    return bench_round_trips(load, once, state);
}

const bench_side peer_uv_tasks = {"libuv", set_up, measure_tasks, tear_down};
const bench_side peer_uv_round_trip = {"libuv", set_up, measure_round_trip, tear_down};
