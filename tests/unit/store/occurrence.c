/* SPDX-License-Identifier: MIT */
#include "store/record.h"

#include <string.h>

#include <jansson.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static json_t *
back_and_forth(const execz_history_record *record, execz_history_record *back)
{
    g_autoptr(GString) text = g_string_new(NULL);

    ez_record_append_occurrence(text, record, 0);
    return ez_record_read_occurrence(&(execz_store_occurrence){.outcome = record->outcome,
                                                               .id = 5,
                                                               .task = record->task,
                                                               .run_time = record->scheduled,
                                                               .finished = record->finished,
                                                               .attempt = record->attempt,
                                                               .record = text->str,
                                                               .record_length = text->len},
                                     back);
}

Test(occurrence, everything_comes_back_from_its_record)
{
    execz_history_record back;
    execz_history_record record = {
        .outcome = EXECZ_OUTCOME_ERROR,
        .task = "a",
        .executor = "pool",
        .scheduled = 1,
        .submitted = INT64_C(1800000000) * EXECZ_SECOND,
        .started = 3,
        .finished = 4,
        .run = UINT64_C(0xfedcba9876543210) >> 1,
        .attempt = 2,
        .source = EXECZ_SOURCE_MANUAL,
        .coalesced = 9,
        .exit_status = -5,
        .signal = 9,
        .message = "it \"said\"\n\ttoo much\\ \x01",
        .value = "{\"a\": [1, 2]}",
        .output_dropped = 8,
        .cpu_user = 10,
        .cpu_system = 11,
        .max_rss = 12,
    };
    json_t *arena = back_and_forth(&record, &back);

    cr_expect(all(eq(u32, back.outcome, record.outcome), eq(u64, back.id, 5)));
    cr_expect(eq(str, (char *)back.executor, (char *)"pool"));
    cr_expect(all(eq(i64, back.submitted, record.submitted), eq(i64, back.started, 3)));
    cr_expect(all(eq(u64, back.run, record.run), eq(u32, back.attempt, 2)));
    cr_expect(all(eq(u32, back.source, record.source), eq(u64, back.coalesced, 9)));
    cr_expect(all(eq(i32, back.exit_status, -5), eq(i32, back.signal, 9)));
    cr_expect(eq(str, (char *)back.message, (char *)record.message));
    cr_expect(eq(str, (char *)back.value, (char *)record.value));
    cr_expect(all(eq(u64, back.output_dropped, 8), eq(u64, back.max_rss, 12)));
    cr_expect(all(eq(i64, back.cpu_user, 10), eq(i64, back.cpu_system, 11)));
    json_decref(arena);
}

Test(occurrence, what_is_usual_is_left_out)
{
    g_autoptr(GString) text = g_string_new(NULL);

    ez_record_append_occurrence(
        text, &(execz_history_record){.executor = "default", .exit_status = -1}, 0);
    cr_expect(eq(str, text->str, (char *)"{\"v\":1,\"executor\":\"default\"}"));
}

Test(occurrence, how_often_schedulers_have_ended_under_it_is_kept)
{
    g_autoptr(GString) text = g_string_new(NULL);
    execz_history_record back;
    json_t *arena;

    ez_record_append_occurrence(text, &(execz_history_record){.executor = "x", .exit_status = -1},
                                3);
    arena = ez_record_read_occurrence(
        &(execz_store_occurrence){.record = text->str, .record_length = text->len}, &back);
    cr_expect(eq(u32, ez_record_restarts(arena), 3));
    cr_expect(eq(u32, ez_record_restarts(NULL), 0), "as in a record that cannot be read");
    json_decref(arena);
}

Test(occurrence, a_message_that_is_not_utf_8_is_kept_as_far_as_it_is)
{
    execz_history_record back;
    json_t *arena = back_and_forth(
        &(execz_history_record){.task = "a", .executor = "x", .message = "bad \xff byte"}, &back);

    cr_assert(back.message != NULL);
    cr_expect(strstr(back.message, "bad ") != NULL && strstr(back.message, " byte") != NULL);
    json_decref(arena);
}

Test(occurrence, a_record_that_cannot_be_read_says_so)
{
    execz_history_record back;
    json_t *arena = ez_record_read_occurrence(&(execz_store_occurrence){.outcome = EXECZ_OUTCOME_OK,
                                                                        .task = "a",
                                                                        .run_time = 3,
                                                                        .record = "{\"v",
                                                                        .record_length = 3},
                                              &back);

    cr_expect(arena == NULL);
    cr_expect(all(eq(str, (char *)back.task, (char *)"a"), eq(i64, back.scheduled, 3)));
    cr_expect(strstr(back.message, "cannot be read") != NULL);
}
