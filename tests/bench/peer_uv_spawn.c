/* SPDX-License-Identifier: MIT */
/* libuv's processes: uv_spawn() without pipes, the process objects made before the clock starts. */
#include "peers.h"

#include <glib.h>
#include <uv.h>

typedef struct spawner {
    uv_loop_t loop;
    uv_process_t *processes; /* owned, one for each in flight */
    uint64_t to_start;
} spawner;

static void *
set_up(const bench_load *load, char *why)
{
    spawner *self = g_new0(spawner, 1);

    (void)why;
    (void)uv_loop_init(&self->loop);
    self->processes = g_new0(uv_process_t, bench_window(load));
    return self;
}

static void
tear_down(void *state)
{
    spawner *self = state;

    (void)uv_loop_close(&self->loop);
    g_free(self->processes);
    g_free(self);
}

static void start(spawner *self, uv_process_t *process);

static void
closed(uv_handle_t *process)
{
    spawner *self = process->data;

    if (self->to_start > 0) {
        start(self, (uv_process_t *)process);
    }
}

static void
exited(uv_process_t *process, int64_t status, int signal)
{
    if (status != 0 || signal != 0) {
        bench_die("libuv: /bin/true has failed");
    }
    uv_close((uv_handle_t *)process, closed);
}

static void
start(spawner *self, uv_process_t *process)
{
    char *argv[] = {(char *)"/bin/true", NULL};
    uv_process_options_t options = {.file = "/bin/true", .args = argv, .exit_cb = exited};

    self->to_start--;
    process->data = self;
    if (uv_spawn(&self->loop, process, &options) != 0) {
        bench_die("libuv: uv_spawn() failed");
    }
}

static double
measure(void *state, const bench_load *load)
{
    spawner *self = state;
    uint64_t window = bench_window(load);
    int64_t begun = bench_now();

    self->to_start = load->n;
    for (uint64_t i = 0; i < window && self->to_start > 0; i++) {
        start(self, &self->processes[i]);
    }
    (void)uv_run(&self->loop, UV_RUN_DEFAULT);
    return bench_rate(load->n, begun);
}

const bench_side peer_uv_spawn = {"libuv uv_spawn", set_up, measure, tear_down};
