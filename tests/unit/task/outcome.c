/* SPDX-License-Identifier: MIT */
#include "task/outcome.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(outcome, a_message_may_quote_the_one_before)
{
    ez_outcome outcome = {0};

    ez_outcome_set(&outcome, EXECZ_OUTCOME_ERROR, "disk full");
    ez_outcome_set(&outcome, EXECZ_OUTCOME_LOST, "lost after: %s", outcome.message);
    cr_expect(eq(u32, outcome.outcome, EXECZ_OUTCOME_LOST));
    cr_expect(eq(str, outcome.message, (char *)"lost after: disk full"));
    ez_outcome_clear(&outcome);
    cr_expect(zero(ptr, outcome.message));
}

Test(outcome, without_a_message_there_is_none)
{
    ez_outcome outcome = {0};

    ez_outcome_set(&outcome, EXECZ_OUTCOME_ERROR, "old");
    ez_outcome_set(&outcome, EXECZ_OUTCOME_OK, NULL);
    cr_expect(zero(ptr, outcome.message));
}

Test(outcome, a_view_shows_everything)
{
    ez_outcome outcome = {.outcome = EXECZ_OUTCOME_ERROR,
                          .exit_status = 3,
                          .signal = 9,
                          .run_time = 10,
                          .started = 11,
                          .finished = 12,
                          .message = (char *)"m",
                          .value = (char *)"v1",
                          .output = (char *)"out",
                          .value_length = 2,
                          .output_length = 3,
                          .output_dropped = 4};
    execz_result view;

    memset(&view, 0xff, sizeof view);
    ez_outcome_view(&outcome, &view);
    cr_expect(all(eq(u32, view.size, sizeof view), eq(u32, view.outcome, EXECZ_OUTCOME_ERROR),
                  eq(i32, view.exit_status, 3), eq(i32, view.signal, 9), eq(i64, view.run_time, 10),
                  eq(i64, view.started, 11), eq(i64, view.finished, 12)));
    cr_expect(all(eq(ptr, (void *)view.message, outcome.message),
                  eq(ptr, (void *)view.value, outcome.value), eq(u64, view.value_length, 2),
                  eq(ptr, (void *)view.output, outcome.output), eq(u64, view.output_length, 3),
                  eq(u64, view.output_dropped, 4)));
}

Test(outcome, a_copy_owns_its_texts_and_replaces_what_was_there)
{
    char message[] = "why", value[] = "[1]", output[] = {'a', '\0', 'b'};
    execz_result result = {.size = sizeof result,
                           .outcome = EXECZ_OUTCOME_ERROR,
                           .exit_status = -1,
                           .message = message,
                           .value = value,
                           .value_length = 3,
                           .output = output,
                           .output_length = 3,
                           .output_dropped = 7};
    ez_outcome outcome = {0};

    ez_outcome_set(&outcome, EXECZ_OUTCOME_OK, "old");
    ez_outcome_copy(&outcome, &result);
    memset(message, '#', 3);
    memset(value, '#', 3);
    memset(output, '#', 3);
    cr_expect(all(eq(str, outcome.message, (char *)"why"), eq(str, outcome.value, (char *)"[1]"),
                  eq(i32, outcome.exit_status, -1), eq(u64, outcome.output_dropped, 7)));
    cr_expect(eq(int, memcmp(outcome.output, "a\0b", 4), 0), "with NUL, and terminated");
    ez_outcome_clear(&outcome);
}

Test(outcome, a_copy_reads_no_further_than_the_reporter_knew)
{
    execz_result result = {.size = offsetof(execz_result, value),
                           .outcome = EXECZ_OUTCOME_OK,
                           .message = "fine",
                           .value = (const char *)1,
                           .value_length = 99,
                           .output = (const char *)1,
                           .output_length = 99};
    ez_outcome outcome = {0};

    ez_outcome_copy(&outcome, &result);
    cr_expect(eq(str, outcome.message, (char *)"fine"));
    cr_expect(all(zero(ptr, outcome.value), zero(sz, outcome.value_length),
                  zero(ptr, outcome.output), zero(sz, outcome.output_length)));
    ez_outcome_clear(&outcome);
}

Test(outcome, a_copy_has_not_finished_before_it_started)
{
    execz_result result = {.size = sizeof result, .started = INT64_MAX, .finished = INT64_MIN};
    ez_outcome outcome = {0};

    ez_outcome_copy(&outcome, &result);
    cr_expect(all(eq(i64, outcome.started, INT64_MAX), eq(i64, outcome.finished, INT64_MAX)));
    result.started = INT64_MIN;
    ez_outcome_copy(&outcome, &result);
    cr_expect(all(zero(i64, outcome.started), zero(i64, outcome.finished)));
}

Test(outcome, may_be_copied_from_a_view_of_itself)
{
    ez_outcome outcome = {0};
    execz_result view;

    ez_outcome_set(&outcome, EXECZ_OUTCOME_TIMEOUT, "timed out");
    ez_outcome_view(&outcome, &view);
    ez_outcome_copy(&outcome, &view);
    cr_expect(all(eq(u32, outcome.outcome, EXECZ_OUTCOME_TIMEOUT),
                  eq(str, outcome.message, (char *)"timed out")));
    ez_outcome_clear(&outcome);
}
