/* SPDX-License-Identifier: MIT */
/* Whom ours is compared with. */
#ifndef TESTS_BENCH_PEERS_H
#define TESTS_BENCH_PEERS_H

#include "bench.h"

/* libuv's thread pool: uv_queue_work() with an after_work_cb on the loop. */
extern const bench_side peer_uv_tasks;
extern const bench_side peer_uv_round_trip;

/* GThreadPool that only counts, and rings an eventfd when the count is complete. */
extern const bench_side peer_glib_counted;
extern const bench_side peer_glib_counted_round_trip;

/* GThreadPool that gives each task back to a GMainContext with g_main_context_invoke(). */
extern const bench_side peer_glib_invoke;
extern const bench_side peer_glib_invoke_round_trip;

/* GThreadPool that gives tasks back through a list of its own and wakes the context up once. */
extern const bench_side peer_glib_list;

#endif
