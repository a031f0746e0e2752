/* SPDX-License-Identifier: MIT */
#include "event/copy.h"

#include <string.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(copy, outlives_everything_the_event_pointed_to)
{
    char texts[7][8] = {"sched", "alias", "task", "exec", "because", "reason", "[1, 2]"};
    char output[] = {'a', '\0', 'b'};
    execz_time times[] = {10, 20};
    execz_result result = {.size = sizeof result,
                           .outcome = EXECZ_OUTCOME_ERROR,
                           .message = texts[5],
                           .value = texts[6],
                           .value_length = 6,
                           .output = output,
                           .output_length = sizeof output};
    execz_event event = {.size = sizeof event,
                         .code = EXECZ_EVENT_TASK_ERROR,
                         .scheduler = texts[0],
                         .alias = texts[1],
                         .task = texts[2],
                         .executor = texts[3],
                         .message = texts[4],
                         .run_times = times,
                         .n_run_times = 2,
                         .coalesced = 3,
                         .result = &result};
    g_autofree execz_event *copy = ez_event_copy(&event);

    memset(texts, '#', sizeof texts);
    memset(output, '#', sizeof output);
    memset(times, 0, sizeof times);
    memset(&result, 0, sizeof result);
    cr_expect(eq(u64, copy->code, EXECZ_EVENT_TASK_ERROR));
    cr_expect(eq(u64, copy->coalesced, 3));
    cr_expect(eq(str, (char *)copy->scheduler, (char *)"sched"));
    cr_expect(eq(str, (char *)copy->alias, (char *)"alias"));
    cr_expect(eq(str, (char *)copy->task, (char *)"task"));
    cr_expect(eq(str, (char *)copy->executor, (char *)"exec"));
    cr_expect(eq(str, (char *)copy->message, (char *)"because"));
    cr_expect(all(eq(i64, copy->run_times[0], 10), eq(i64, copy->run_times[1], 20)));
    cr_expect(eq(u32, copy->result->outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(eq(str, (char *)copy->result->message, (char *)"reason"));
    cr_expect(eq(str, (char *)copy->result->value, (char *)"[1, 2]"));
    cr_expect(zero(int, memcmp(copy->result->output, "a\0b", 4)), "and it is terminated");
}

Test(copy, has_nothing_where_the_event_had_nothing)
{
    execz_event event = {.size = sizeof event, .code = EXECZ_EVENT_SCHEDULER_STARTED};
    g_autofree execz_event *copy = ez_event_copy(&event);

    cr_expect(zero(int, memcmp(copy, &event, sizeof event)));
}
