/* SPDX-License-Identifier: MIT */
/* g_main_context_invoke() from another thread, and the loop that runs what it is given. */
#include "peers.h"

#include <pthread.h>

#include <glib.h>

typedef struct caller {
    GMainContext *context; /* owned, not the default one: the thread might acquire that */
    uint64_t n;
    uint64_t called; /* the loop's */
} caller;

static void *
set_up(const bench_load *load, char *why)
{
    caller *self = g_new0(caller, 1);

    (void)load;
    (void)why;
    self->context = g_main_context_new();
    return self;
}

static void
tear_down(void *state)
{
    caller *self = state;

    g_main_context_unref(self->context);
    g_free(self);
}

static gboolean
count(gpointer user)
{
    ((caller *)user)->called++;
    return G_SOURCE_REMOVE;
}

static void *
invoke_all(void *user)
{
    caller *self = user;

    for (uint64_t i = 0; i < self->n; i++) {
        g_main_context_invoke(self->context, count, self);
    }
    return NULL;
}

static double
measure(void *state, const bench_load *load)
{
    caller *self = state;
    pthread_t thread;
    int64_t start = bench_now();

    self->n = load->n;
    self->called = 0;
    if (pthread_create(&thread, NULL, invoke_all, self) != 0) {
        bench_die("GLib: no thread");
    }
    while (self->called < load->n) {
        (void)g_main_context_iteration(self->context, TRUE);
    }
    (void)pthread_join(thread, NULL);
    return bench_rate(load->n, start);
}

const bench_side peer_glib_foreign = {"g_main_context_invoke", set_up, measure, tear_down};
