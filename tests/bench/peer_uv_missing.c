/* SPDX-License-Identifier: MIT */
/* Stands in for peer_uv*.c where libuv is not installed: says so. */
#include "peers.h"

#include <stdio.h>

static void *
say_so(const bench_load *load, char *why)
{
    (void)load;
    (void)snprintf(why, BENCH_WHY, "libuv (libuv1-dev) is not installed");
    return NULL;
}

const bench_side peer_uv_tasks = {"libuv", say_so, NULL, NULL};
const bench_side peer_uv_round_trip = {"libuv", say_so, NULL, NULL};
const bench_side peer_uv_timers_add = {"libuv", say_so, NULL, NULL};
const bench_side peer_uv_timers_bytes = {"libuv", say_so, NULL, NULL};
const bench_side peer_uv_timers_pass = {"libuv", say_so, NULL, NULL};
const bench_side peer_uv_timers_fire = {"libuv", say_so, NULL, NULL};
const bench_side peer_uv_spawn = {"libuv uv_spawn", say_so, NULL, NULL};
