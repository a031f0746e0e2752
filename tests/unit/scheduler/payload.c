/* SPDX-License-Identifier: MIT */
/* What events about the scheduler, executors and tasks say: all of it, and nothing else. */
#include "witness.h"

#include <execz/query.h>

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(payload, scheduler_started_and_shutdown_say_whose)
{
    fixture *host = witness_new("debug");

    fixture_advance(host, EXECZ_SECOND);
    witness_expect(EXECZ_EVENT_SCHEDULER_STARTED, "scheduler_started at=0s of='execz'");
    cr_assert(execz_scheduler_shutdown(host->scheduler, 0, -1, NULL) == EXECZ_OK);
    fixture_settle(host);
    witness_expect(EXECZ_EVENT_SCHEDULER_SHUTDOWN, "scheduler_shutdown at=1s of='execz'");
    witness_free(host);
}

Test(payload, executor_added_has_its_alias)
{
    fixture *host = witness_new("debug");

    fixture_settle(host);
    witness_expect(EXECZ_EVENT_EXECUTOR_ADDED, "executor_added at=0s of='execz' alias='default'");
    witness_free(host);
}

Test(payload, task_added_and_removed_say_which)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:ok", 0, 0);
    fixture_settle(host);
    witness_expect(EXECZ_EVENT_TASK_ADDED,
                   "task_added at=0s of='execz' task='a' executor='default'");
    cr_assert(execz_scheduler_remove_task(host->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(host);
    witness_expect(EXECZ_EVENT_TASK_REMOVED,
                   "task_removed at=0s of='execz' task='a' executor='default'");
    witness_free(host);
}

Test(payload, task_removed_says_why_if_nobody_asked_for_it)
{
    fixture *host = witness_new("debug");

    fixture_add(host, "a", "date(2027-01-01T00:01:00Z)", "tests:ok");
    fixture_advance(host, EXECZ_MINUTE);
    witness_expect(EXECZ_EVENT_TASK_REMOVED,
                   "task_removed at=60s of='execz' task='a' executor='default' "
                   "message='its trigger has no further run time'");
    witness_free(host);
}

Test(payload, task_blocked_says_why)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:nowhere", 0, 0);
    fixture_advance(host, EXECZ_MINUTE);
    cr_expect(strstr(witness_event(EXECZ_EVENT_TASK_BLOCKED)->message, "nowhere") != NULL);
    cr_expect(eq(u64, witness_event(EXECZ_EVENT_TASK_BLOCKED)->run, 0));
    witness_free(host);
}

Test(payload, scheduler_paused_and_resumed_say_whose)
{
    fixture *host = witness_new("debug");

    cr_assert(execz_scheduler_pause(host->scheduler, NULL) == EXECZ_OK);
    fixture_settle(host);
    witness_expect(EXECZ_EVENT_SCHEDULER_PAUSED, "scheduler_paused at=0s of='execz'");
    fixture_advance(host, EXECZ_SECOND);
    cr_assert(execz_scheduler_resume(host->scheduler, NULL) == EXECZ_OK);
    fixture_settle(host);
    witness_expect(EXECZ_EVENT_SCHEDULER_RESUMED, "scheduler_resumed at=1s of='execz'");
    witness_free(host);
}

Test(payload, executor_removed_has_its_alias)
{
    fixture *host = witness_new("debug");

    cr_assert(execz_scheduler_remove_executor(host->scheduler, "default", 0, NULL) == EXECZ_OK);
    fixture_wait_for(host, "executor_removed");
    witness_expect(EXECZ_EVENT_EXECUTOR_REMOVED,
                   "executor_removed at=0s of='execz' alias='default'");
    witness_free(host);
}

Test(payload, all_tasks_removed_is_about_no_task)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:ok", 0, 0);
    cr_assert(execz_scheduler_remove_all_tasks(host->scheduler, NULL, NULL, NULL) == EXECZ_OK);
    fixture_settle(host);
    witness_expect(EXECZ_EVENT_ALL_TASKS_REMOVED, "all_tasks_removed at=0s of='execz'");
    witness_free(host);
}

Test(payload, task_modified_says_which)
{
    fixture *host = witness_new("debug");

    witness_add(host, "a", "tests:ok", 0, 0);
    fixture_advance(host, EXECZ_SECOND);
    cr_assert(execz_scheduler_pause_task(host->scheduler, "a", "why not", EXECZ_TIME_NEVER, NULL) ==
              EXECZ_OK);
    fixture_settle(host);
    witness_expect(EXECZ_EVENT_TASK_MODIFIED,
                   "task_modified at=1s of='execz' task='a' executor='default' "
                   "message='paused: why not'");
    witness_free(host);
}
