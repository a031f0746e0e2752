/* SPDX-License-Identifier: MIT */
#include "asyncio/fixture.h"

#include "hosted.h"
#include "support/patience.h"

loop on;
static pool threads;

static void
nobody_is_slow(void *user, const coroutine *one, int64_t duration)
{
    (void)user;
    (void)one;
    (void)duration;
}

static const char *
name_none(const coroutine *one)
{
    (void)one;
    return "test";
}

loop_options
options_default(void)
{
    return (loop_options){.stack_size = 65536,
                          .max_coroutines = 100000,
                          .guard = STACK_GUARD_INSTALL,
                          .report_slow = nobody_is_slow,
                          .name = name_none};
}

void
loop_set_up_with(const loop_options *options)
{
    hosted_set_up();
    pool_init(&threads, abi, NULL, "test", 2);
    cr_assert(eq(int, loop_init(&on, options), 0));
    on.pool = &threads;
}

void
loop_set_up(void)
{
    loop_options options = options_default();

    loop_set_up_with(&options);
}

void
loop_tear_down(void)
{
    pool_stop(&threads);
    cr_assert(ez_threads_join(&host.threads, patience_ends()));
    loop_deinit(&on);
    pool_deinit(&threads);
    hosted_tear_down();
}

coroutine *
start(void (*body)(coroutine *self))
{
    cr_assert(eq(int, stack_pool_reserve(&on.stacks), STACK_OK));
    return loop_start(&on, body, NULL);
}

void
run_all(void)
{
    on.stopping = false;
    loop_stop(&on);
    loop_run(&on);
    cr_expect(eq(u32, on.n_coroutines, 0));
    cr_expect(eq(u32, atomic_load(&on.stacks.reserved), 0));
    cr_expect(eq(u32, on.watches.n_waiting, 0));
    cr_expect(timers_check(&on.timers));
}

void
run_one(void (*body)(coroutine *self))
{
    (void)start(body);
    run_all();
}
