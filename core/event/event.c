/* SPDX-License-Identifier: MIT */
#include <execz/event.h>

const char *
execz_event_name(uint64_t code)
{
    static const char *const names[] = {
        "scheduler_started",  "scheduler_shutdown", "scheduler_paused", "scheduler_resumed",
        "executor_added",     "executor_removed",   "store_added",      "store_removed",
        "all_tasks_removed",  "task_added",         "task_removed",     "task_modified",
        "task_executed",      "task_error",         "task_missed",      "task_submitted",
        "task_max_instances", "task_started",       "task_cancelled",   "task_timeout",
        "task_retry",         "task_lost",          "task_blocked",     "plugin_added",
        "plugin_removed",     "executor_busy",      "store_failed",     "store_recovered",
    };

    for (unsigned bit = 0; bit < sizeof names / sizeof names[0]; bit++) {
        if (code == UINT64_C(1) << bit) {
            return names[bit];
        }
    }
    return "unknown";
}

const char *
execz_outcome_name(uint32_t outcome)
{
    static const char *const names[] = {"unknown",   "ok",      "error", "missed",
                                        "cancelled", "timeout", "lost",  "skipped"};

    return outcome < sizeof names / sizeof names[0] ? names[outcome] : "unknown";
}
