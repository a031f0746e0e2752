/* SPDX-License-Identifier: MIT */
/* GLib: a pool of two threads of its own.  Its type is spelled gpointer here, because the name is
 * banned from our code; what is measured is the real one. */
#include "peers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib.h>

/* A task on its way through the list. */
typedef struct item {
    struct item *next;
    struct glib_pool *pool;
} item;

typedef struct glib_pool {
    gpointer threads;
    GMainContext *context; /* owned, not the default one: a worker might acquire that */
    uint64_t to_send;      /* in this round, as the next; the loop's */
    uint64_t in_flight;

    /* For those that count. */
    atomic_uint_fast64_t left;
    int bell; /* eventfd, owned */

    /* For those with a list. */
    GSource *source; /* owned */
    item *items;     /* owned, one for each in flight */
    pthread_mutex_t lock;
    item *finished; /* guarded by lock */
} glib_pool;

static glib_pool *
pool_new(GFunc work)
{
    glib_pool *self = g_new0(glib_pool, 1);

    self->threads = g_thread_pool_new(work, self, 2, TRUE, NULL);
    self->context = g_main_context_new();
    self->bell = eventfd(0, EFD_CLOEXEC);
    (void)pthread_mutex_init(&self->lock, NULL);
    return self;
}

static void
pool_free(void *state)
{
    glib_pool *self = state;

    g_thread_pool_free(self->threads, FALSE, TRUE);
    if (self->source != NULL) {
        g_source_destroy(self->source);
        g_source_unref(self->source);
    }
    g_main_context_unref(self->context);
    (void)close(self->bell);
    (void)pthread_mutex_destroy(&self->lock);
    g_free(self->items);
    g_free(self);
}

/* ---- counted --------------------------------------------------------------------------------- */

static void
work_counted(gpointer task, gpointer user)
{
    glib_pool *self = user;

    (void)task;
    if (atomic_fetch_sub(&self->left, 1) == 1) {
        (void)eventfd_write(self->bell, 1);
    }
}

static void *
set_up_counted(const bench_load *load, char *why)
{
    (void)load;
    (void)why;
    return pool_new(work_counted);
}

static void
run_counted(glib_pool *self, uint64_t n)
{
    eventfd_t rings;

    atomic_store(&self->left, n);
    for (uint64_t i = 0; i < n; i++) {
        (void)g_thread_pool_push(self->threads, self, NULL);
    }
    (void)eventfd_read(self->bell, &rings);
}

static double
measure_counted(void *state, const bench_load *load)
{
    int64_t start = bench_now();

    run_counted(state, load->n);
    return bench_rate(load->n, start);
}

static void
once_counted(void *state)
{
    run_counted(state, 1);
}

static double
measure_counted_round_trip(void *state, const bench_load *load)
{
    return bench_round_trips(load, once_counted, state);
}

/* ---- given back to a context ----------------------------------------------------------------- */

static void
push(glib_pool *self, gpointer task)
{
    self->to_send--;
    self->in_flight++;
    (void)g_thread_pool_push(self->threads, task, NULL);
}

/* On the loop: one is done, the next may go. */
static void
take(glib_pool *self, gpointer task)
{
    self->in_flight--;
    if (self->to_send > 0) {
        push(self, task);
    }
}

static void
wait_for_all(glib_pool *self)
{
    while (self->in_flight > 0) {
        (void)g_main_context_iteration(self->context, TRUE);
    }
}

static gboolean
invoked(gpointer user)
{
    take(user, user);
    return G_SOURCE_REMOVE;
}

static void
work_invoke(gpointer task, gpointer user)
{
    (void)user;
    g_main_context_invoke(((glib_pool *)task)->context, invoked, task);
}

static void *
set_up_invoke(const bench_load *load, char *why)
{
    (void)load;
    (void)why;
    return pool_new(work_invoke);
}

static double
measure_invoke(void *state, const bench_load *load)
{
    glib_pool *self = state;
    uint64_t window = bench_window(load);
    int64_t start = bench_now();

    self->to_send = load->n;
    for (uint64_t i = 0; i < window && self->to_send > 0; i++) {
        push(self, self);
    }
    wait_for_all(self);
    return bench_rate(load->n, start);
}

static void
once_invoke(void *state)
{
    glib_pool *self = state;

    self->to_send = 1;
    push(self, self);
    wait_for_all(self);
}

static double
measure_invoke_round_trip(void *state, const bench_load *load)
{
    return bench_round_trips(load, once_invoke, state);
}

/* ---- given back through a list --------------------------------------------------------------- */

static void
work_list(gpointer task, gpointer user)
{
    glib_pool *self = user;
    item *mine = task;
    bool was_empty;

    (void)pthread_mutex_lock(&self->lock);
    was_empty = self->finished == NULL;
    mine->next = self->finished;
    self->finished = mine;
    (void)pthread_mutex_unlock(&self->lock);
    if (was_empty) {
        g_source_set_ready_time(self->source, 0);
    }
}

static gboolean
dispatch_list(GSource *source, GSourceFunc callback, gpointer user)
{
    glib_pool *self = user;
    item *at;

    (void)callback;
    g_source_set_ready_time(source, -1);
    (void)pthread_mutex_lock(&self->lock);
    at = self->finished;
    self->finished = NULL;
    (void)pthread_mutex_unlock(&self->lock);
    while (at != NULL) {
        item *next = at->next;

        take(self, at);
        at = next;
    }
    return G_SOURCE_CONTINUE;
}

/* Without a callback of its own the source could not be given its pool. */
static gboolean
unused(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

static void *
set_up_list(const bench_load *load, char *why)
{
    static GSourceFuncs functions = {.dispatch = dispatch_list};
    glib_pool *self = pool_new(work_list);

    (void)why;
    self->items = g_new0(item, bench_window(load));
    self->source = g_source_new(&functions, sizeof(GSource));
    g_source_set_callback(self->source, unused, self, NULL);
    g_source_set_ready_time(self->source, -1);
    (void)g_source_attach(self->source, self->context);
    return self;
}

static double
measure_list(void *state, const bench_load *load)
{
    glib_pool *self = state;
    uint64_t window = bench_window(load);
    int64_t start = bench_now();

    self->to_send = load->n;
    for (uint64_t i = 0; i < window && self->to_send > 0; i++) {
        push(self, &self->items[i]);
    }
    wait_for_all(self);
    return bench_rate(load->n, start);
}

const bench_side peer_glib_counted = {"GThreadPool", set_up_counted, measure_counted, pool_free};
const bench_side peer_glib_counted_round_trip = {"GThreadPool", set_up_counted,
                                                 measure_counted_round_trip, pool_free};
const bench_side peer_glib_invoke = {"GThreadPool+context", set_up_invoke, measure_invoke,
                                     pool_free};
const bench_side peer_glib_invoke_round_trip = {"GThreadPool+context", set_up_invoke,
                                                measure_invoke_round_trip, pool_free};
const bench_side peer_glib_list = {"GThreadPool+list", set_up_list, measure_list, pool_free};
