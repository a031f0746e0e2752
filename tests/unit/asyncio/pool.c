/* SPDX-License-Identifier: MIT */
/* The pool without a loop: runs that come while its only worker is about to sleep. */
#include "pool.h"

#include "hosted.h"

#include <sched.h>

TestSuite(pool, .init = hosted_set_up, .fini = hosted_tear_down);

static atomic_uint n_done;

/* For host->work(): counts what it is given. */
static void
count(const execz_host *self, execz_run (*next)(void *user, execz_run done), void *user)
{
    execz_run done = 0;

    (void)self;
    while ((done = next(user, done)) != 0) {
        atomic_fetch_add(&n_done, 1);
    }
}

/* Whether so many were done within 30 s. */
static bool
wait_for(unsigned n)
{
    int64_t end = ez_clock_monotonic(ez_clock_system()) + 30 * EXECZ_SECOND;

    for (unsigned i = 1; atomic_load(&n_done) < n; i++) {
        if (i % 1024 == 0) {
            if (ez_clock_monotonic(ez_clock_system()) > end) {
                return false;
            }
            (void)sched_yield();
        }
    }
    return true;
}

Test(pool, takes_each_run_however_soon_it_comes_after_the_last)
{
    static char *chunks[EXECZ_BASE_CHUNKS];
    execz_base base = {.host = abi, .chunks = chunks};
    int64_t end = ez_clock_monotonic(ez_clock_system()) + 2 * EXECZ_SECOND;
    pool one;

    host.abi.work = count;
    chunks[0] = g_malloc0(EXECZ_BASE_CHUNK * sizeof(execz_submission));
    pool_init(&one, abi, &base, "test", 1);
    for (unsigned i = 1; ez_clock_monotonic(ez_clock_system()) < end; i++) {
        cr_assert(eq(int, pool_push_run(&one, run->token, 0, NULL), EXECZ_OK));
        cr_assert(wait_for(i), "run %u lies beside a worker that sleeps", i);
        for (volatile unsigned delay = i % 100; delay > 0; delay--) {
        }
    }
    pool_stop(&one);
    cr_assert(
        ez_threads_join(&host.threads, ez_clock_monotonic(ez_clock_system()) + 30 * EXECZ_SECOND));
    pool_deinit(&one);
    g_free(chunks[0]);
}
