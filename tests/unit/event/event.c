/* SPDX-License-Identifier: MIT */

#include <execz/event.h>
#include <execz/history.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(event, the_first_17_codes_have_names_and_bit_values_of_asyncz)
{
    static const struct {
        uint64_t value;
        uint64_t code;
        const char *name;
    } codes[] = {
        {1, EXECZ_EVENT_SCHEDULER_STARTED, "scheduler_started"},
        {2, EXECZ_EVENT_SCHEDULER_SHUTDOWN, "scheduler_shutdown"},
        {4, EXECZ_EVENT_SCHEDULER_PAUSED, "scheduler_paused"},
        {8, EXECZ_EVENT_SCHEDULER_RESUMED, "scheduler_resumed"},
        {16, EXECZ_EVENT_EXECUTOR_ADDED, "executor_added"},
        {32, EXECZ_EVENT_EXECUTOR_REMOVED, "executor_removed"},
        {64, EXECZ_EVENT_STORE_ADDED, "store_added"},
        {128, EXECZ_EVENT_STORE_REMOVED, "store_removed"},
        {256, EXECZ_EVENT_ALL_TASKS_REMOVED, "all_tasks_removed"},
        {512, EXECZ_EVENT_TASK_ADDED, "task_added"},
        {1024, EXECZ_EVENT_TASK_REMOVED, "task_removed"},
        {2048, EXECZ_EVENT_TASK_MODIFIED, "task_modified"},
        {4096, EXECZ_EVENT_TASK_EXECUTED, "task_executed"},
        {8192, EXECZ_EVENT_TASK_ERROR, "task_error"},
        {16384, EXECZ_EVENT_TASK_MISSED, "task_missed"},
        {32768, EXECZ_EVENT_TASK_SUBMITTED, "task_submitted"},
        {65536, EXECZ_EVENT_TASK_MAX_INSTANCES, "task_max_instances"},
    };

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        cr_expect(eq(u64, codes[i].code, codes[i].value), "%s", codes[i].name);
        cr_expect(eq(str, (char *)execz_event_name(codes[i].value), (char *)codes[i].name));
    }
}

Test(event, every_code_has_a_name_and_nothing_else_has)
{
    for (uint64_t code = 1; code <= EXECZ_EVENT_EXECUTOR_BUSY; code <<= 1) {
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
    cr_expect(eq(str, (char *)execz_outcome_name(8), (char *)"unknown"));
    cr_expect(eq(str, (char *)execz_outcome_name(EXECZ_OUTCOME_SKIPPED), (char *)"skipped"));
}
