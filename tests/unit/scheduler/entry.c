/* SPDX-License-Identifier: MIT */
#include "scheduler/entry.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const execz_time midnight = 1798761600 * EXECZ_SECOND;

static ez_entry *
new_entry(const char *trigger, uint32_t coalesce)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    ez_task_defaults defaults = {.timezone = "UTC", .misfire_grace_time = EXECZ_UNSET};
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task;

    spec.id = "a";
    spec.trigger = trigger;
    spec.shell = "true";
    spec.coalesce = coalesce;
    task = ez_task_new(&spec, &defaults, NULL, &err);
    cr_assert(task != NULL, "%s", err.message);
    return ez_entry_new(task);
}

Test(entry, an_interval_begins_when_its_schedule_does)
{
    ez_entry *entry = new_entry("interval(minutes=1)", 0);

    cr_assert(ez_entry_begin_locked(entry, midnight, NULL) == EXECZ_OK);
    cr_expect(eq(i64, entry->fire, midnight + EXECZ_MINUTE));
    cr_assert(ez_entry_begin_locked(entry, midnight + EXECZ_DAY, NULL) == EXECZ_OK);
    cr_expect(eq(i64, entry->fire, midnight + EXECZ_MINUTE), "it begins once");
    ez_entry_unref(entry);
}

Test(entry, a_date_that_is_past_is_late_not_forgotten)
{
    ez_entry *entry = new_entry("date(2026-12-31T23:59:00Z)", 0);

    cr_assert(ez_entry_begin_locked(entry, midnight, NULL) == EXECZ_OK);
    cr_expect(eq(i64, entry->fire, midnight - EXECZ_MINUTE));
    ez_entry_unref(entry);
}

static ez_due
due_at(execz_time time)
{
    return (ez_due){.times = {time}, .n = 1};
}

Test(entry, what_is_held_coalesces_to_the_latest)
{
    ez_entry *entry = new_entry("interval(minutes=1)", EXECZ_COALESCE_LATEST);

    for (int i = 0; i < 5; i++) {
        ez_due due = due_at(midnight + i);

        due.coalesced = 10;
        ez_entry_hold(entry, &due, EXECZ_SOURCE_SCHEDULE);
    }
    cr_expect(eq(u32, entry->held->n, 1));
    cr_expect(eq(i64, entry->held->times[0], midnight + 4));
    cr_expect(eq(u64, entry->held->coalesced, 54), "5 * 10, and 4 that gave way");
    ez_entry_unref(entry);
}

Test(entry, without_coalescing_what_is_held_grows_to_a_limit_and_counts_what_gives_way)
{
    ez_entry *entry = new_entry("interval(minutes=1)", EXECZ_COALESCE_NONE);
    uint64_t missed = 0;

    for (int i = 0; i < (int)EXECZ_RUN_TIMES_MAX + 3; i++) {
        ez_due due = due_at(midnight + i);

        ez_entry_hold(entry, &due, EXECZ_SOURCE_SCHEDULE);
        missed += due.missed;
    }
    cr_expect(eq(u32, entry->held->n, EXECZ_RUN_TIMES_MAX));
    cr_expect(eq(i64, entry->held->times[0], midnight + 3));
    cr_expect(eq(u64, missed, 3));
    ez_entry_unref(entry);
}

Test(entry, what_gives_way_is_not_told_by_a_time_that_was_missed_before)
{
    ez_entry *entry = new_entry("interval(minutes=1)", EXECZ_COALESCE_NONE);
    ez_due due;

    for (int i = 0; i < (int)EXECZ_RUN_TIMES_MAX; i++) {
        due = due_at(midnight + i);
        ez_entry_hold(entry, &due, EXECZ_SOURCE_SCHEDULE);
    }
    due = due_at(midnight + EXECZ_HOUR);
    due.missed_last = midnight + EXECZ_MINUTE; /* of those that were told already */
    ez_entry_hold(entry, &due, EXECZ_SOURCE_SCHEDULE);
    cr_expect(eq(u64, due.missed, 1));
    cr_expect(eq(i64, due.missed_last, midnight), "the oldest of what was held");
    ez_entry_unref(entry);
}
