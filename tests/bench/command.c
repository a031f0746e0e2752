/* SPDX-License-Identifier: MIT */
/* Starts of /bin/true, four at a time, from a small process and from one that holds memory: ours is
 * a task with a command, with all that goes with it (a session of its own, its output captured). */
#include "peers.h"
#include "runner.h"
#include "subjects.h"

#include <glib.h>

static void *
set_up(const char *alias, const char *const *options, char *why)
{
    static const char *const argv[] = {"/bin/true", NULL};
    runner *self = runner_new(alias, options, why);

    if (self != NULL) {
        self->task = harness_command(self->harness, argv);
    }
    return self;
}

static void *
set_up_threadpool(const bench_load *load, char *why)
{
    static const char *const options[] = {"max_workers=4", NULL};

    (void)load;
    return set_up("threadpool", options, why);
}

static void *
set_up_asyncio(const bench_load *load, char *why)
{
    (void)load;
    return set_up("asyncio", NULL, why);
}

static const bench_side on_threads = {"threadpool", set_up_threadpool, runner_measure_rate,
                                      runner_free};
static const bench_side on_loop = {"asyncio", set_up_asyncio, runner_measure_rate, runner_free};

#define SMALL                                                                                      \
    .unit = "starts/s", .better = BENCH_HIGHER, .load = {.n = 500, .window = 4}, .n_smoke = 8
#define LARGE                                                                                      \
    .unit = "starts/s", .better = BENCH_HIGHER,                                                    \
    .load = {.n = 500, .window = 4, .resident = 256 << 20}, .n_smoke = 8

static const bench_row rows[] = {
    {"command.threadpool.glib", SMALL, .ours = &on_threads, .peer = &peer_glib_spawn},
    {"command.threadpool.glib-posix-spawn", SMALL, .ours = &on_threads,
     .peer = &peer_glib_posix_spawn},
    {"command.threadpool.libuv", SMALL, .ours = &on_threads, .peer = &peer_uv_spawn},
    {"command.threadpool-256MiB.glib", LARGE, .ours = &on_threads, .peer = &peer_glib_spawn},
    {"command.threadpool-256MiB.glib-posix-spawn", LARGE, .ours = &on_threads,
     .peer = &peer_glib_posix_spawn},
    {"command.threadpool-256MiB.libuv", LARGE, .ours = &on_threads, .peer = &peer_uv_spawn},
    {"command.asyncio.glib", SMALL, .ours = &on_loop, .peer = &peer_glib_spawn},
    {"command.asyncio.glib-posix-spawn", SMALL, .ours = &on_loop, .peer = &peer_glib_posix_spawn},
    {"command.asyncio.libuv", SMALL, .ours = &on_loop, .peer = &peer_uv_spawn},
    {"command.asyncio-256MiB.glib", LARGE, .ours = &on_loop, .peer = &peer_glib_spawn},
    {"command.asyncio-256MiB.glib-posix-spawn", LARGE, .ours = &on_loop,
     .peer = &peer_glib_posix_spawn},
    {"command.asyncio-256MiB.libuv", LARGE, .ours = &on_loop, .peer = &peer_uv_spawn},
};

const bench_table command_rows = {rows, G_N_ELEMENTS(rows)};
