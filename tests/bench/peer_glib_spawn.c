/* SPDX-License-Identifier: MIT */
/* GLib's processes: g_spawn_async() with a child watch, without pipes.  As it is, and with descriptors
 * left open to the child, which lets it use posix_spawn(). */
#include "peers.h"

#include <glib.h>

typedef struct spawner {
    GMainContext *context; /* owned */
    GSpawnFlags flags;
    uint64_t to_start;
    uint64_t in_flight;
} spawner;

static void *
set_up_plain(const bench_load *load, char *why)
{
    spawner *self = g_new0(spawner, 1);

    (void)load;
    (void)why;
    self->context = g_main_context_new();
    self->flags = G_SPAWN_DO_NOT_REAP_CHILD;
    return self;
}

static void *
set_up_posix(const bench_load *load, char *why)
{
    spawner *self = set_up_plain(load, why);

    self->flags |= G_SPAWN_LEAVE_DESCRIPTORS_OPEN;
    return self;
}

static void
tear_down(void *state)
{
    spawner *self = state;

    g_main_context_unref(self->context);
    g_free(self);
}

static void start(spawner *self);

static void
exited(GPid pid, gint status, gpointer user)
{
    spawner *self = user;

    g_spawn_close_pid(pid);
    if (status != 0) {
        bench_die("GLib: /bin/true has failed");
    }
    self->in_flight--;
    if (self->to_start > 0) {
        start(self);
    }
}

static void
start(spawner *self)
{
    char *argv[] = {(char *)"/bin/true", NULL};
    g_autoptr(GError) error = NULL;
    GSource *source;
    GPid pid;

    self->to_start--;
    self->in_flight++;
    if (!g_spawn_async(NULL, argv, NULL, self->flags, NULL, NULL, &pid, &error)) {
        bench_die("GLib: %s", error->message);
    }
    source = g_child_watch_source_new(pid);
    g_source_set_callback(source, G_SOURCE_FUNC(exited), self, NULL);
    (void)g_source_attach(source, self->context);
    g_source_unref(source);
}

static double
measure(void *state, const bench_load *load)
{
    spawner *self = state;
    uint64_t window = bench_window(load);
    int64_t begun = bench_now();

    self->to_start = load->n;
    for (uint64_t i = 0; i < window && self->to_start > 0; i++) {
        start(self);
    }
    while (self->in_flight > 0) {
        (void)g_main_context_iteration(self->context, TRUE);
    }
    return bench_rate(load->n, begun);
}

const bench_side peer_glib_spawn = {"g_spawn_async", set_up_plain, measure, tear_down};
const bench_side peer_glib_posix_spawn = {"g_spawn_async posix", set_up_posix, measure, tear_down};
