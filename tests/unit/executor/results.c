/* SPDX-License-Identifier: MIT */
/* What a plugin tells about a run: its output, also while another thread finishes it, and its end. */
#include "hosted.h"

#include <sched.h>

TestSuite(results, .init = hosted_set_up, .fini = hosted_tear_down);

Test(results, output_of_a_result_wins)
{
    ez_run *loud = open_with_output_limit(100);
    execz_result result = {.size = sizeof result,
                           .outcome = EXECZ_OUTCOME_OK,
                           .run_time = loud->times[0].run_time,
                           .output = "its own",
                           .output_length = 7};

    say(loud, "gathered");
    cr_expect(eq(int, abi->finish(abi, loud->token, &result, 1), EXECZ_OK));
    cr_expect(eq(str, loud->times[0].output, (char *)"its own"));
}

Test(results, output_stays_with_a_result_that_has_none)
{
    ez_run *loud = open_with_output_limit(4);
    execz_result result = {
        .size = sizeof result, .outcome = EXECZ_OUTCOME_OK, .run_time = loud->times[0].run_time};

    say(loud, "gathered");
    cr_expect(eq(int, abi->finish(abi, loud->token, &result, 1), EXECZ_OK));
    cr_expect(all(eq(str, loud->times[0].output, (char *)"gaed"),
                  eq(u64, loud->times[0].output_dropped, 4)));
}

Test(results, output_of_nothing_is_fine)
{
    cr_expect(eq(int, abi->output(abi, run->token, 1, NULL, 0), EXECZ_OK));
}

Test(results, output_has_two_streams)
{
    cr_expect(eq(int, abi->output(abi, run->token, 0, "x", 1), EXECZ_E_INVAL));
    cr_expect(eq(int, abi->output(abi, run->token, 3, "x", 1), EXECZ_E_INVAL));
    cr_expect(eq(ptr, run->times[0].output, NULL));
}

static atomic_uint accepted;

/* Sends byte after byte until it is told that the run is not open any more. */
static void
pour(void *token)
{
    while (abi->output(abi, *(execz_run *)token, 1, "x", 1) == EXECZ_OK) {
        atomic_fetch_add(&accepted, 1);
    }
}

Test(results, output_is_complete_when_the_run_is_finished_while_it_pours)
{
    for (int i = 0; i < 100; i++) {
        ez_run *loud = open_with_output_limit(1000000);
        execz_run token = loud->token;
        const ez_outcome *outcome = &loud->times[0];
        size_t length;

        atomic_store(&accepted, 0);
        cr_assert(eq(int, abi->thread(abi, "pour", pour, &token), EXECZ_OK));
        while (atomic_load(&accepted) < 10) {
            (void)sched_yield();
        }
        cr_assert(eq(int, abi->finish(abi, token, NULL, 0), EXECZ_OK));
        length = outcome->output_length;
        cr_assert(ez_threads_join(&host.threads, INT64_MAX / 2));
        cr_assert(eq(sz, outcome->output_length, length));
        cr_assert(eq(sz, atomic_load(&accepted), length));
        ez_runs_close(around->services.runs, loud);
    }
}

Test(results, output_of_a_finished_run_is_refused)
{
    abi->finish(abi, run->token, NULL, 0);
    cr_expect(eq(int, abi->output(abi, run->token, 1, "x", 1), EXECZ_E_STATE));
    expect_misbehaved(1, "sends output of run=");
}
