/* SPDX-License-Identifier: MIT */
/* Commands are awaited by the loop. */
#include "asyncio/fixture.h"

#include <poll.h>

ON_EITHER_LOOP(a_command_runs_and_its_output_is_kept)
{
    const ez_outcome *outcome;

    (void)submit_shell("echo hello; exit 3", EXECZ_SECOND);
    outcome = finish_one();
    cr_expect(eq(int, outcome->exit_status, 3));
    cr_expect(eq(str, outcome->output, (char *)"hello\n"));
}

Test(schedulers_loop, needs_no_thread_for_commands, .init = set_up_on_scheduler, .fini = tear_down)
{
    int64_t before = ez_waiter_now();

    for (int i = 0; i < 20; i++) {
        (void)submit_shell("sleep 0.1", EXECZ_SECOND);
    }
    for (int i = 0; i < 20; i++) {
        cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
        cr_expect(eq(uint, count_new_threads(), 0));
    }
    cr_expect(lt(i64, ez_waiter_now() - before, 20 * 100 * MS), "at the same time");
}

Test(own_loop, needs_one_thread_for_commands, .init = set_up_on_own, .fini = tear_down)
{
    for (int i = 0; i < 20; i++) {
        (void)submit_shell("sleep 0.1", EXECZ_SECOND);
    }
    for (int i = 0; i < 20; i++) {
        cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
        cr_expect(eq(uint, count_new_threads(), 1));
    }
}

/* Lets a moment pass on the host's loop. */
static void
let_pass(int64_t duration)
{
    int64_t end = ez_waiter_now() + duration;

    while (ez_waiter_now() < end) {
        turn_a_little();
    }
}

ON_EITHER_LOOP(a_cancelled_command_has_its_grace_and_blocks_nobody)
{
    unsigned threads;
    ez_run *run = submit_shell("trap '' TERM; echo ready; exec sleep 100", 100 * MS);
    int64_t before = ez_waiter_now();
    const ez_outcome *outcome;

    let_pass(100 * MS);
    threads = count_new_threads();
    ez_executor_cancel(asyncio, run);
    outcome = finish_one();
    cr_expect(eq(u32, outcome->outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(ge(i64, ez_waiter_now() - before, 100 * MS));
    cr_expect(eq(uint, count_new_threads(), threads), "no thread waited for it");
}

ON_EITHER_LOOP(a_command_that_is_cancelled_ends_by_term)
{
    ez_run *run = submit_shell("exec sleep 100", 10 * EXECZ_SECOND);
    int64_t before = ez_waiter_now();

    let_pass(50 * MS);
    ez_executor_cancel(asyncio, run);
    cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(lt(i64, ez_waiter_now() - before, 5 * EXECZ_SECOND));
}
