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

/* Timers: of libuv, and of GLib's main loop. */
extern const bench_side peer_uv_timers_add;
extern const bench_side peer_uv_timers_bytes;
extern const bench_side peer_uv_timers_pass;
extern const bench_side peer_uv_timers_fire;
extern const bench_side peer_glib_timers_add;
extern const bench_side peer_glib_timers_bytes;
extern const bench_side peer_glib_timers_pass;
extern const bench_side peer_glib_timers_late_half;
extern const bench_side peer_glib_timers_late_most;
extern const bench_side peer_glib_timers_late_one;

/* One timer of the kernel and one thread, with nothing in between. */
extern const bench_side peer_bare_late_half;
extern const bench_side peer_bare_late_most;
extern const bench_side peer_bare_late_one;

/* Two processes that share two words. */
extern const bench_side peer_bare_process_round_trip;
extern const bench_side peer_bare_process_kill;

/* Starts of /bin/true. */
extern const bench_side peer_uv_spawn;
extern const bench_side peer_glib_spawn;
extern const bench_side peer_glib_posix_spawn;

/* Calls from another thread: g_main_context_invoke(). */
extern const bench_side peer_glib_foreign;

/* swapcontext() to a coroutine and back. */
extern const bench_side peer_ucontext;

/* Python's asyncio: n coroutines at the same time, one after another, yields, calls from another
 * thread, sleepers. */
extern const bench_side peer_python_coroutines;
extern const bench_side peer_python_coroutine;
extern const bench_side peer_python_yield;
extern const bench_side peer_python_post;
extern const bench_side peer_python_sleepers;
extern const bench_side peer_python_sleepers_bytes;

/* Python's ProcessPoolExecutor. */
extern const bench_side peer_python_process_tasks;
extern const bench_side peer_python_process_round_trip;
extern const bench_side peer_python_process_kill;

#endif
