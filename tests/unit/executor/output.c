/* SPDX-License-Identifier: MIT */
/* What a run keeps of the output that an executor sends. */
#include "hosted.h"

TestSuite(output, .init = hosted_set_up, .fini = hosted_tear_down);

/* What is kept of run time i, once the run is finished. */
static const ez_outcome *
finished(ez_run *loud, int i)
{
    cr_expect(eq(int, abi->finish(abi, loud->token, NULL, 0), EXECZ_OK));
    return &ez_run_times(loud)[i];
}

Test(output, of_both_streams_is_kept_in_order)
{
    ez_run *loud = open_with_output_limit(100);
    const ez_outcome *outcome;

    cr_expect(eq(int, abi->output(abi, loud->token, 1, "one ", 4), EXECZ_OK));
    cr_expect(eq(int, abi->output(abi, loud->token, 2, "two", 3), EXECZ_OK));
    outcome = finished(loud, 0);
    cr_expect(all(eq(str, outcome->output, (char *)"one two"), eq(sz, outcome->output_length, 7),
                  eq(u64, outcome->output_dropped, 0)));
}

Test(output, of_much_head_and_tail_are_kept_and_the_rest_is_counted)
{
    ez_run *loud = open_with_output_limit(6);
    const ez_outcome *outcome;

    say(loud, "12345");
    say(loud, "678");
    say(loud, "9");
    outcome = finished(loud, 0);
    cr_expect(all(eq(str, outcome->output, (char *)"123789"), eq(u64, outcome->output_dropped, 3)));
}

Test(output, is_kept_with_the_run_time_that_began_last)
{
    ez_run *loud = open_with_output_limit(100);

    abi->started(abi, loud->token, loud->times[1].run_time);
    say(loud, "second");
    cr_expect(eq(str, finished(loud, 1)->output, (char *)"second"));
    cr_expect(eq(ptr, loud->times[0].output, NULL));
}

Test(output, of_a_single_run_time_is_kept_in_a_slot_that_had_several)
{
    ez_run *several = open_with_output_limit(100);
    ez_run *single;

    abi->started(abi, several->token, several->times[1].run_time);
    ez_runs_close(around->services.runs, several);
    single = fixture_open(around, task, executor, 1);
    cr_assert(eq(ptr, single, several));
    say(single, "here");
    cr_expect(eq(str, finished(single, 0)->output, (char *)"here"));
}

Test(output, goes_on_behind_what_is_there)
{
    ez_run *loud = open_with_output_limit(6);
    const ez_outcome *outcome;

    loud->times[0].output = g_strdup("12345");
    loud->times[0].output_length = 5;
    loud->times[0].output_dropped = 1000;
    say(loud, "678");
    outcome = finished(loud, 0);
    cr_expect(
        all(eq(str, outcome->output, (char *)"123678"), eq(u64, outcome->output_dropped, 1002)));
}

Test(output, of_a_run_that_is_never_finished_is_freed)
{
    ez_run *loud = open_with_output_limit(100);

    say(loud, "nobody hears this");
    ez_runs_close(around->services.runs, loud);
    cr_expect(eq(ptr, loud->one.gathering, NULL));
}
