/* SPDX-License-Identifier: MIT */
#include <execz/event.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(event, codes_have_the_bit_values_of_asyncz)
{
    cr_expect(eq(u64, EXECZ_EVENT_SCHEDULER_STARTED, 1));
    cr_expect(eq(u64, EXECZ_EVENT_EXECUTOR_ADDED, 16));
    cr_expect(eq(u64, EXECZ_EVENT_TASK_ADDED, 512));
    cr_expect(eq(u64, EXECZ_EVENT_TASK_EXECUTED, 4096));
    cr_expect(eq(u64, EXECZ_EVENT_TASK_SUBMITTED, 32768));
    cr_expect(eq(u64, EXECZ_EVENT_TASK_MAX_INSTANCES, 65536));
}

Test(event, every_code_has_a_name_and_nothing_else_has)
{
    for (uint64_t code = 1; code <= EXECZ_EVENT_PLUGIN_REMOVED; code <<= 1) {
        cr_expect(ne(str, (char *)execz_event_name(code), (char *)"unknown"));
    }
    cr_expect(
        eq(str, (char *)execz_event_name(EXECZ_EVENT_TASK_EXECUTED), (char *)"task_executed"));
    cr_expect(
        eq(str, (char *)execz_event_name(EXECZ_EVENT_PLUGIN_REMOVED), (char *)"plugin_removed"));
    cr_expect(eq(str, (char *)execz_event_name(0), (char *)"unknown"));
    cr_expect(eq(str, (char *)execz_event_name(3), (char *)"unknown"));
    cr_expect(eq(str, (char *)execz_event_name(UINT64_C(1) << 60), (char *)"unknown"));
}

Test(event, every_outcome_has_a_name)
{
    cr_expect(eq(str, (char *)execz_outcome_name(EXECZ_OUTCOME_OK), (char *)"ok"));
    cr_expect(eq(str, (char *)execz_outcome_name(EXECZ_OUTCOME_LOST), (char *)"lost"));
    cr_expect(eq(str, (char *)execz_outcome_name(7), (char *)"unknown"));
}
