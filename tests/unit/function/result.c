/* SPDX-License-Identifier: MIT */
#include "function/result.h"

#include "calls.h"
#include "function/call.h"
#include "support/effort.h"

TestSuite(result, .init = calls_setup, .fini = calls_teardown);

Test(result, a_result_that_is_no_json_is_an_error)
{
    fixture_call(&f, "sample:not_json", NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "the result is not JSON: line 1, column 9: ") != NULL, "%s",
              f.outcome.message);
    expect_error("sample:ignores_refusal", NULL,
                 "the result is not JSON: line 1, column 7: invalid token near 'rubbish'");
}

Test(result, the_last_result_counts)
{
    expect_value("sample:second_thought", NULL, "2");
}

#ifndef EZ_TESTS_THREADS_WATCHED
Test(result, a_result_has_a_limit)
{
    fixture_call(&f, "sample:huge", "{\"length\": 16777216}");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(sz, f.outcome.value_length, EZ_RESULT_LENGTH_MAX));
    expect_error("sample:huge", "{\"length\": 16777217}",
                 "the result has 16777217 bytes, more than the limit of 16 MiB; write it to a file "
                 "and return its name");
}
#endif

Test(result, a_result_nested_too_deep_is_an_error)
{
    expect_error("sample:deep", NULL,
                 "the result is not JSON: it is nested deeper than the limit of 64 levels");
}

Test(result, a_failure_may_be_a_text_with_percent_signs)
{
    expect_error("sample:text", "{\"why\": \"100%s\"}", "100%s");
    fixture_call(&f, "sample:text", "{\"length\": 65536}");
    cr_assert(eq(sz, strlen(f.outcome.message), EZ_MESSAGE_LENGTH_MAX - 1));
    cr_expect(eq(str, f.outcome.message + EZ_MESSAGE_LENGTH_MAX - 5, (char *)"x..."));
    fixture_call(&f, "sample:text", "{\"length\": 65535}");
    cr_assert(eq(sz, strlen(f.outcome.message), EZ_MESSAGE_LENGTH_MAX - 1));
    cr_expect(eq(str, f.outcome.message + EZ_MESSAGE_LENGTH_MAX - 5, (char *)"xxxx"));
}

Test(result, a_message_has_a_limit_and_shows_it)
{
    fixture_call(&f, "sample:loud", NULL);
    cr_assert(eq(sz, strlen(f.outcome.message), EZ_MESSAGE_LENGTH_MAX - 1));
    cr_expect(eq(str, f.outcome.message + EZ_MESSAGE_LENGTH_MAX - 5, (char *)"0..."));
}
