/* SPDX-License-Identifier: MIT */
/* Timeouts of GLib's main loop. */
#include "peers.h"

#include <glib.h>

typedef struct timers {
    GMainContext *context; /* owned */
    GPtrArray *sources;    /* of GSource, owned */
    int64_t *due;          /* owned; of those that measure how late they are */
    double *late;          /* owned */
    uint64_t done, wanted;
} timers;

static timers *
timers_new(void)
{
    timers *self = g_new0(timers, 1);

    self->context = g_main_context_new();
    self->sources = g_ptr_array_new_with_free_func((GDestroyNotify)g_source_unref);
    return self;
}

static void
drop(timers *self)
{
    for (guint i = 0; i < self->sources->len; i++) {
        g_source_destroy(self->sources->pdata[i]);
    }
    g_ptr_array_set_size(self->sources, 0);
}

static void
timers_free(void *state)
{
    timers *self = state;

    drop(self);
    g_ptr_array_unref(self->sources);
    g_main_context_unref(self->context);
    g_free(self->due);
    g_free(self->late);
    g_free(self);
}

static gboolean
ignore(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

static void
add(timers *self, guint milliseconds, GSourceFunc function, gpointer user)
{
    GSource *source = g_timeout_source_new(milliseconds);

    g_source_set_callback(source, function, user, NULL);
    (void)g_source_attach(source, self->context);
    g_ptr_array_add(self->sources, source);
}

static void
add_many(timers *self, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        add(self, 86400000, ignore, NULL);
    }
}

/* ---- many, most of them idle ----------------------------------------------------------------- */

static void *
set_up(const bench_load *load, char *why)
{
    (void)load;
    (void)why;
    return timers_new();
}

static void *
set_up_armed(const bench_load *load, char *why)
{
    timers *self = timers_new();

    (void)why;
    add_many(self, load->n);
    return self;
}

static double
measure_add(void *state, const bench_load *load)
{
    timers *self = state;
    int64_t start = bench_now();
    double rate;

    add_many(self, load->n);
    rate = bench_rate(load->n, start);
    drop(self);
    return rate;
}

static double
measure_bytes(void *state, const bench_load *load)
{
    timers *self = state;
    double before = bench_allocated(), bytes;

    add_many(self, load->n);
    bytes = (bench_allocated() - before) / (double)load->n;
    drop(self);
    return bytes;
}

enum { PASSES = 3 };

static double
measure_pass(void *state, const bench_load *load)
{
    timers *self = state;
    int64_t start = bench_now();

    (void)load;
    for (int i = 0; i < PASSES; i++) {
        (void)g_main_context_iteration(self->context, FALSE);
    }
    return (double)(bench_now() - start) / 1e3 / PASSES;
}

/* ---- in time --------------------------------------------------------------------------------- */

enum { THOUSAND_TASKS = 100, THOUSAND_PERIOD = 100 };

typedef struct tick {
    timers *timers;
    int64_t due; /* in microseconds of the clock that the loop goes by */
} tick;

static tick ticks[THOUSAND_TASKS];

static void
note(timers *self, const tick *at)
{
    if (self->done < self->wanted) {
        self->late[self->done++] = (double)(g_get_monotonic_time() - at->due);
    }
}

static gboolean
take_tick(gpointer user)
{
    tick *self = user;

    note(self->timers, self);
    self->due += THOUSAND_PERIOD * G_GINT64_CONSTANT(1000);
    return G_SOURCE_CONTINUE;
}

static void
run(timers *self, uint64_t n)
{
    self->done = 0;
    self->wanted = n;
    while (self->done < n) {
        (void)g_main_context_iteration(self->context, TRUE);
    }
    drop(self);
    (void)bench_median(self->late, n); /* sorts */
}

static void *
set_up_thousand(const bench_load *load, char *why)
{
    timers *self = timers_new();

    (void)why;
    self->late = g_new0(double, load->n);
    return self;
}

static void
run_thousand(timers *self, uint64_t n)
{
    int64_t start = g_get_monotonic_time();

    for (int i = 0; i < THOUSAND_TASKS; i++) {
        ticks[i] = (tick){self, start + (THOUSAND_PERIOD + i) * G_GINT64_CONSTANT(1000)};
        while (g_get_monotonic_time() < ticks[i].due - THOUSAND_PERIOD * G_GINT64_CONSTANT(1000)) {
        }
        add(self, THOUSAND_PERIOD, take_tick, &ticks[i]);
    }
    run(self, n);
}

static double
measure_late_half(void *state, const bench_load *load)
{
    timers *self = state;

    run_thousand(self, load->n);
    return self->late[load->n / 2];
}

static double
measure_late_most(void *state, const bench_load *load)
{
    timers *self = state;

    run_thousand(self, load->n);
    return self->late[load->n * 99 / 100];
}

static double
measure_late_one(void *state, const bench_load *load)
{
    timers *self = state;

    ticks[0] = (tick){self, g_get_monotonic_time() + (int64_t)load->n * 1000};
    add(self, (guint)load->n, take_tick, &ticks[0]);
    run(self, 1);
    return self->late[0];
}

const bench_side peer_glib_timers_add = {"GLib timeouts", set_up, measure_add, timers_free};
const bench_side peer_glib_timers_bytes = {"GLib timeouts", set_up, measure_bytes, timers_free};
const bench_side peer_glib_timers_pass = {"GLib timeouts", set_up_armed, measure_pass, timers_free};
const bench_side peer_glib_timers_late_half = {"GLib timeouts", set_up_thousand, measure_late_half,
                                               timers_free};
const bench_side peer_glib_timers_late_most = {"GLib timeouts", set_up_thousand, measure_late_most,
                                               timers_free};
const bench_side peer_glib_timers_late_one = {"GLib timeouts", set_up_thousand, measure_late_one,
                                              timers_free};
