/* SPDX-License-Identifier: MIT */
/* Triggers and zones belong to no thread. */
#include "reading.h"
#include "trigger/kind.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS 4

static void
run_in_threads(void *(*function)(void *argument), void *argument)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        cr_assert(eq(int, pthread_create(&threads[i], NULL, function, argument), 0));
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}

static ez_zone *
open_zone(const char *name)
{
    ez_zone *zone = NULL;

    cr_assert(eq(int, ez_zone_open(name, &zone, NULL), EXECZ_OK), "%s", name);
    return zone;
}

static void *
open_and_close(void *unused)
{
    for (int i = 0; i < 300; i++) {
        ez_zone_unref(open_zone("Asia/Kolkata"));
    }
    return NULL;
}

Test(threads, may_open_and_close_the_same_zone)
{
    run_in_threads(open_and_close, NULL);
}

static void *
ask(void *trigger)
{
    for (int i = 0; i < 1000; i++) {
        cr_assert(eq(i64, ez_trigger_next(trigger, NEW_YEAR), NEW_YEAR + 2 * EXECZ_HOUR));
    }
    return NULL;
}

Test(threads, may_ask_the_same_trigger)
{
    g_autoptr(ez_trigger) trigger = read_trigger("cron(hour=2)");

    run_in_threads(ask, trigger);
}

/* ---- references ------------------------------------------------------------------------------ */

static atomic_uint n_deinits;

static void
count_deinit(ez_trigger *self)
{
    (void)self;
    atomic_fetch_add(&n_deinits, 1);
}

static void *
hold_and_drop(void *trigger)
{
    for (unsigned i = 0; i < 20000; i++) {
        ez_trigger_unref(ez_trigger_ref(trigger));
    }
    return NULL;
}

Test(threads, may_each_hold_a_trigger)
{
    static const ez_trigger_kind kind = {.name = "counted", .deinit = count_deinit};
    ez_scope scope = {.zone = open_zone("UTC")};
    ez_trigger *trigger = ez_trigger_new(&kind, sizeof *trigger, &scope);

    run_in_threads(hold_and_drop, trigger);
    cr_expect(eq(uint, n_deinits, 0));
    ez_trigger_unref(trigger);
    cr_expect(eq(uint, n_deinits, 1));
}
