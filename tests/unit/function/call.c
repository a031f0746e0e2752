/* SPDX-License-Identifier: MIT */
#include "function/call.h"

#include "calls.h"

#include <pthread.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(call, .init = calls_setup, .fini = calls_teardown);

Test(call, the_example_does_what_it_says)
{
    expect_value("greetings:hello", "{\"who\": \"Ada\"}", "\"hello, Ada\"");
    expect_value("greetings:hello", NULL, "\"hello, world\"");
    expect_value("greetings:hello", "{\"who\": \"\\\"Q\\\"\\n\"}", "\"hello, \\\"Q\\\"\\n\"");
    expect_value("greetings:add", "{\"a\": 40, \"b\": 2}", "42");
    expect_value("greetings:nap", "{\"milliseconds\": 1}", "{\"slept\": 1}");
    expect_error("greetings:fail", "{\"why\": \"no disk\"}", "no disk");
}

Test(call, arguments_of_each_type_arrive)
{
    expect_value("sample:types", "{\"text\": \"a\", \"int\": 5, \"number\": 2.25, \"bool\": true}",
                 "[\"a\", 5, 2.250, true]");
}

Test(call, missing_arguments_give_the_fallback)
{
    expect_value("sample:types", "{}", "[\"none\", -1, -1.500, false]");
    expect_value("sample:types", NULL, "[\"none\", -1, -1.500, false]");
}

Test(call, whole_numbers_are_exact_over_64_bits)
{
    expect_value("greetings:add", "{\"a\": 9007199254740993}", "9007199254740993");
    expect_value("greetings:add", "{\"a\": -9223372036854775808}", "-9223372036854775808");
    expect_error("greetings:add", "{\"a\": 9223372036854775807, \"b\": 1}",
                 "the sum does not fit into 64 bits");
}

Test(call, a_whole_number_will_do_for_a_number)
{
    expect_value("sample:types", "{\"number\": 3}", "[\"none\", -1, 3.000, false]");
}

Test(call, a_wrong_type_is_named_with_what_was_expected)
{
    expect_error("sample:types", "{\"int\": \"5\"}",
                 "argument 'int' must be a whole number, not a text");
    expect_error("sample:types", "{\"int\": 5.0}",
                 "argument 'int' must be a whole number, not a number");
    expect_error("sample:types", "{\"text\": [1]}", "argument 'text' must be a text, not an array");
    expect_error("sample:types", "{\"bool\": 1}",
                 "argument 'bool' must be true or false, not a whole number");
    expect_error("sample:types", "{\"number\": null}",
                 "argument 'number' must be a number, not null");
}

Test(call, of_several_wrong_arguments_the_first_is_named)
{
    expect_error("greetings:add", "{\"a\": {}, \"b\": true}",
                 "argument 'a' must be a whole number, not an object");
}

Test(call, the_functions_own_failure_outranks_a_wrong_argument)
{
    expect_error("greetings:fail", "{\"why\": 1}", "it was asked to");
}

Test(call, broken_arguments_are_reported_with_their_place)
{
    expect_error("sample:types", "{\n  \"a\": 1,\n  b: 2\n}",
                 "the arguments are not JSON: line 3, column 3: string or '}' expected near 'b'");
}

Test(call, a_name_given_twice_is_an_error)
{
    fixture_call(&f, "sample:types", "{\"a\": 1, \"a\": 2}");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "duplicate") != NULL, "%s", f.outcome.message);
}

Test(call, arguments_have_to_be_an_object)
{
    expect_error("sample:types", "[1, 2]",
                 "the arguments must be a JSON object like {\"name\": \"value\"}, not an array");
}

Test(call, arguments_that_nobody_asks_for_cost_nothing_and_hurt_nobody)
{
    fixture_call(&f, "sample:says", "{{{");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK));
}

Test(call, the_raw_arguments_are_there_and_terminated)
{
    static const char room[] = "{\"a\": 1}trailing";

    f.task.function = "sample:echo";
    f.task.args = room;
    f.task.args_length = 8;
    fixture_run(&f);
    cr_expect(eq(str, f.outcome.value, (char *)"{\"a\": 1}"));
    expect_value("sample:echo", NULL, "{}");
}

Test(call, other_content_is_left_alone_and_has_no_named_arguments)
{
    f.task.content_type = "text/plain";
    expect_error("sample:silent", "not json",
                 "argument 'status' was asked for, but the arguments are text/plain, not "
                 "application/json");
    expect_value("sample:echo", "[5]", "[5]");
}

Test(call, a_function_knows_its_run)
{
    f.body.attempt = 3;
    f.body.deadline = 5;
    expect_value("sample:facts", NULL,
                 "[\"t1\", \"t1@2027-01-01T00:00:00Z\", \"pool\", 3, 77, 1798761600000000000, 5]");
}

Test(call, a_failure_without_a_word_is_described_by_its_status)
{
    expect_error("sample:silent", NULL, "function 'sample:silent' returned not found (-10)");
    expect_error("sample:silent", "{\"status\": 5}",
                 "function 'sample:silent' returned unknown (5)");
}

static void
keep_line(void *user, uint32_t level, const char *message)
{
    g_string_append_printf(user, "%u %s\n", level, message);
}

Test(call, a_line_is_logged)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    f.body.log = keep_line;
    f.body.log_user = lines;
    fixture_call(&f, "sample:says", NULL);
    cr_expect(eq(str, lines->str, (char *)"2 one line\n"));
}

/* ---- told to stop ---- */

static void *
raise_it(void *unused)
{
    ez_interrupt_raise(&f.interrupt);
    return NULL;
}

Test(call, an_interrupt_wakes_it_and_makes_it_cancelled)
{
    pthread_t thread;

    pthread_create(&thread, NULL, raise_it, NULL);
    f.task.function = "sample:nap";
    ez_call_function(ez_modules_resolve(f.modules, "sample:nap", NULL), &f.body, &f.outcome);
    pthread_join(thread, NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(eq(str, f.outcome.message, (char *)"cancelled: Operation canceled"));
}

Test(call, its_deadline_wakes_it_and_makes_it_a_timeout)
{
    fixture_timeout(&f, 20 * EXECZ_MILLISECOND);
    fixture_call(&f, "sample:nap", NULL);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_TIMEOUT));
    cr_expect(eq(str, f.outcome.message, (char *)"timed out after 20ms: Connection timed out"));
}

Test(call, work_that_is_done_is_done_however_late)
{
    fixture_timeout(&f, EXECZ_MILLISECOND);
    expect_value("sample:stubborn", NULL, "\"done\"");
}

Test(call, a_timeout_of_one_wait_is_not_one_of_the_run)
{
    int ends[2];
    g_autofree char *args = NULL;

    cr_assert(eq(int, pipe(ends), 0));
    args = g_strdup_printf("{\"fd\": %d}", ends[0]);
    fixture_timeout(&f, EXECZ_HOUR);
    expect_error("sample:impatient", args, "nothing came");
    close(ends[0]);
    close(ends[1]);
}

Test(call, a_failure_after_the_deadline_that_no_wait_told_of_is_an_error)
{
    fixture_timeout(&f, 0);
    expect_error("greetings:fail", NULL, "it was asked to");
}
