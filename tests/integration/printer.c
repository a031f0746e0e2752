/* SPDX-License-Identifier: MIT */
/* Lines for events that take a long time, or a rare fault, to happen. */
#include "printer.h"
#include "tally.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static const execz_time second = 1800000000 * EXECZ_SECOND;

static execz_result
result_of(uint32_t outcome)
{
    return (execz_result){
        .size = sizeof(execz_result),
        .outcome = outcome,
        .run_time = second,
        .started = second + EXECZ_MILLISECOND,
        .finished = second + 2 * EXECZ_SECOND,
        .exit_status = -1,
    };
}

static execz_event
event_of(uint64_t code, const execz_result *result)
{
    return (execz_event){
        .size = sizeof(execz_event),
        .attempt = 1,
        .code = code,
        .time = second + 2 * EXECZ_SECOND,
        .scheduler = "execz",
        .task = "backup",
        .executor = "default",
        .run = UINT64_C(0x0000000700000001),
        .source = EXECZ_SOURCE_SCHEDULE,
        .n_run_times = 1,
        .run_times = &second,
        .result = result,
    };
}

static char *
show(const execz_event *event)
{
    ez_printer printer = {.task_width = 10, .executor_width = 7};

    return ez_printer_text(&printer, event);
}

Test(printer, a_lost_run_says_what_is_known)
{
    execz_result result = result_of(EXECZ_OUTCOME_LOST);
    execz_event event = event_of(EXECZ_EVENT_TASK_LOST, &result);
    g_autofree char *text = NULL;

    result.started = 0;
    result.message = event.message = "it did not end";
    text = show(&event);
    cr_expect(g_str_has_suffix(text, "  LOST           backup      on default  it did not end\n"),
              "%s", text);
}

Test(printer, a_retry_shows_its_attempt)
{
    execz_event event = event_of(EXECZ_EVENT_TASK_RETRY, NULL);
    g_autofree char *text = NULL;

    event.attempt = 3;
    text = show(&event);
    expect_in(text, "  RETRY          backup  ");
    expect_in(text, "  attempt 3\n");
}

Test(printer, a_run_that_began_late_says_so)
{
    execz_result result = result_of(EXECZ_OUTCOME_OK);
    execz_event event = event_of(EXECZ_EVENT_TASK_EXECUTED, &result);
    g_autofree char *late = NULL, *prompt = NULL;

    prompt = show(&event);
    result.started = second + 1500 * EXECZ_MILLISECOND;
    late = show(&event);
    expect_not_in(prompt, "late");
    expect_in(late, "  took 500 ms  late 1.50 s\n");
}

Test(printer, every_event_has_a_word)
{
    for (unsigned bit = 0; bit < 64; bit++) {
        execz_event event = event_of(UINT64_C(1) << bit, NULL);
        g_autofree char *text = show(&event);

        if (strcmp(execz_event_name(event.code), "unknown") == 0) {
            cr_expect(gt(uint, bit, 24));
            break;
        }
        cr_expect(strstr(text, "EVENT") == NULL, "%s has none: %s", execz_event_name(event.code),
                  text);
    }
}

Test(printer, columns_stay_aligned_behind_a_long_name)
{
    ez_printer printer = {.task_width = 10, .executor_width = 7};
    execz_event event = event_of(EXECZ_EVENT_TASK_STARTED, NULL);
    g_autofree char *first = NULL, *second_line = NULL;

    event.task = "a-task-with-a-long-name";
    first = ez_printer_text(&printer, &event);
    event.task = "b";
    second_line = ez_printer_text(&printer, &event);
    cr_expect(eq(sz, (size_t)(strstr(first, " on ") - first),
                 (size_t)(strstr(second_line, " on ") - second_line)));
}

Test(printer, of_a_long_output_the_end_is_shown)
{
    execz_result result = result_of(EXECZ_OUTCOME_OK);
    execz_event event = event_of(EXECZ_EVENT_TASK_EXECUTED, &result);
    g_autoptr(GString) output = g_string_new(NULL);
    g_autofree char *text = NULL;

    for (int i = 1; i <= 30; i++) {
        g_string_append_printf(output, "line %d\n", i);
    }
    result.output = output->str;
    result.output_length = output->len;
    text = show(&event);
    expect_not_in(text, "| line 20\n");
    expect_in(text, " bytes before this\n    | line 21\n");
    cr_expect(g_str_has_suffix(text, "    | line 30\n"), "%s", text);
}

Test(printer, bytes_that_would_move_the_cursor_are_made_visible)
{
    execz_result result = result_of(EXECZ_OUTCOME_OK);
    execz_event event = event_of(EXECZ_EVENT_TASK_EXECUTED, &result);
    g_autofree char *text = NULL;

    result.output = "\033[2Jbad\r\xff";
    result.output_length = strlen(result.output);
    text = show(&event);
    expect_in(text, "    | \\x1b[2Jbad\\x0d\xef\xbf\xbd\n");
}

Test(printer, output_that_is_no_text_is_valid_json)
{
    execz_result result = result_of(EXECZ_OUTCOME_OK);
    execz_event event = event_of(EXECZ_EVENT_TASK_EXECUTED, &result);
    g_autofree char *text = NULL;

    result.output = "a\xff\0b";
    result.output_length = 4;
    text = ez_printer_json(&event);
    cr_expect(g_utf8_validate(text, -1, NULL));
    expect_in(text, "\"run\":\"0000000700000001\"");
    expect_in(text, "\"time\":\"2027-01-15T08:00:02.000000000Z\"");
    expect_in(text, "\"output\":\"a\xef\xbf\xbd\xef\xbf\xbd"
                    "b\"");
    expect_in(text, "\"took_ms\":1999.0");
}

Test(printer, a_tally_counts_what_was_never_a_run)
{
    execz_result result = result_of(EXECZ_OUTCOME_MISSED);
    execz_event missed = event_of(EXECZ_EVENT_TASK_MISSED, &result);
    execz_event refused = event_of(EXECZ_EVENT_TASK_MAX_INSTANCES, NULL);
    ez_tally tally = {0};
    g_autofree char *text = NULL;

    missed.run = 0;
    missed.coalesced = 4;
    ez_tally_count(&tally, &missed);
    ez_tally_count(&tally, &refused);
    text = ez_tally_text(&tally);
    cr_expect(eq(str, text, (char *)"6 runs: 5 missed, 1 refused for max_instances"));
}

Test(printer, a_tally_counts_what_a_run_covers_once)
{
    execz_result result = result_of(EXECZ_OUTCOME_OK);
    execz_event submitted = event_of(EXECZ_EVENT_TASK_SUBMITTED, NULL);
    execz_event executed = event_of(EXECZ_EVENT_TASK_EXECUTED, &result);
    ez_tally tally = {0};
    g_autofree char *text = NULL;

    submitted.coalesced = executed.coalesced = 3;
    ez_tally_count(&tally, &submitted);
    ez_tally_count(&tally, &executed);
    text = ez_tally_text(&tally);
    cr_expect(eq(str, text, (char *)"4 runs: 1 ok, 3 covered by a later one"));
}
