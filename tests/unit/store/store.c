/* SPDX-License-Identifier: MIT */
/* The contract of execz.store/1, of which sqlite is the one that is there. */
#include "store/store.h"

#include "bed.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int32_t
see_task(void *user, const execz_store_task *task)
{
    g_string_append_printf(user, "%s@%d%s ", task->task, (int)task->next_run,
                           task->reason == NULL ? "" : task->reason);
    return 0;
}

static int32_t
see_open(void *user, const execz_store_occurrence *open)
{
    g_string_append_printf(user, "%s/%d#%u%s ", open->task, (int)open->run_time, open->attempt,
                           open->waits ? "?" : "");
    return 0;
}

static void
expect_kept(bed *self, const char *wanted)
{
    g_string_truncate(self->seen, 0);
    cr_assert(eq(int, ez_store_load(self->store, see_task, see_open, self->seen, NULL), EXECZ_OK));
    cr_expect(eq(str, self->seen->str, (char *)wanted));
}

static void
see_record(void *user, const execz_history_record *record)
{
    g_string_append_printf(user, "%s/%d#%u=%s%.*s ", record->task, (int)record->scheduled,
                           record->attempt, execz_outcome_name(record->outcome),
                           (int)record->output_length, record->output);
}

static void
expect_history(bed *self, const execz_history_filter *filter, const char *wanted)
{
    g_string_truncate(self->seen, 0);
    cr_assert(
        eq(int, ez_store_history(self->store, filter, see_record, self->seen, NULL), EXECZ_OK));
    cr_expect(eq(str, self->seen->str, (char *)wanted));
}

static execz_history_filter
all(void)
{
    return (execz_history_filter){.size = sizeof(execz_history_filter),
                                  .outcomes = EXECZ_HISTORY_ANY,
                                  .scheduled = EXECZ_TIME_NEVER,
                                  .until = EXECZ_TIME_NEVER,
                                  .limit = 100};
}

Test(store, tasks_outlast_it)
{
    bed self = bed_new();

    bed_open(&self, bed_for_ever, 1);
    ez_batch_task(&self.batch, EXECZ_STORE_PUT_TASK, "b", 5, "{\"v\":1}");
    ez_batch_task(&self.batch, EXECZ_STORE_PUT_TASK, "a", 6, "{\"v\":1}");
    ez_batch_task(&self.batch, EXECZ_STORE_PUT_TASK, "gone", 7, "{\"v\":1}");
    bed_commit(&self);
    ez_batch_task(&self.batch, EXECZ_STORE_NEXT_RUN, "b", 50, NULL);
    ez_batch_task(&self.batch, EXECZ_STORE_NEXT_RUN, "nobody", 50, NULL);
    ez_batch_task(&self.batch, EXECZ_STORE_REMOVE_TASK, "gone", 0, NULL);
    bed_commit(&self);
    bed_reopen(&self);
    expect_kept(&self, "a@6 b@50 ");
    bed_free(&self);
}

Test(store, what_is_open_stays_until_it_ends)
{
    bed self = bed_new();
    execz_history_filter filter = all();

    bed_open(&self, bed_for_ever, 1);
    bed_occurrence(&self, EXECZ_STORE_OPEN, "a", 10, 1, 0);
    bed_occurrence(&self, EXECZ_STORE_OPEN, "a", 20, 1, 0);
    bed_occurrence(&self, EXECZ_STORE_OPEN, "b", 20, 1, 0);
    bed_commit(&self);
    bed_occurrence(&self, EXECZ_STORE_END, "a", 10, 1, EXECZ_OUTCOME_OK);
    bed_occurrence(&self, EXECZ_STORE_COVER, "b", 20, 1, 0);
    bed_commit(&self);
    bed_reopen(&self);
    expect_kept(&self, "a/20#1 ");
    expect_history(&self, &filter, "a/10#1=ok ");
    bed_free(&self);
}

Test(store, the_end_of_a_stale_attempt_changes_nothing)
{
    bed self = bed_new();
    execz_history_filter filter = all();

    bed_open(&self, bed_for_ever, 1);
    bed_occurrence(&self, EXECZ_STORE_OPEN, "a", 10, 1, 0);
    bed_occurrence(&self, EXECZ_STORE_OPEN, "a", 10, 2, 0);
    bed_occurrence(&self, EXECZ_STORE_OPEN, "a", 10, 1, 0);
    bed_commit(&self);
    bed_occurrence(&self, EXECZ_STORE_END, "a", 10, 1, EXECZ_OUTCOME_ERROR);
    bed_commit(&self);
    expect_kept(&self, "a/10#2 ");
    bed_occurrence(&self, EXECZ_STORE_END, "a", 10, 2, EXECZ_OUTCOME_OK);
    bed_occurrence(&self, EXECZ_STORE_END, "a", 10, 2, EXECZ_OUTCOME_ERROR);
    bed_commit(&self);
    expect_kept(&self, "");
    expect_history(&self, &filter, "a/10#2=ok ");
    bed_free(&self);
}

static void
open_waiting(bed *self, uint32_t attempt, bool waits)
{
    ez_batch_open(&self->batch,
                  &(execz_history_record){.task = "a", .scheduled = 10, .attempt = attempt}, waits,
                  0);
}

Test(store, whether_what_is_open_waits_is_kept_as_it_was_said_last)
{
    bed self = bed_new();

    bed_open(&self, bed_for_ever, 1);
    open_waiting(&self, 1, true);
    bed_commit(&self);
    expect_kept(&self, "a/10#1? ");
    open_waiting(&self, 1, false);
    bed_commit(&self);
    expect_kept(&self, "a/10#1 ");
    open_waiting(&self, 2, true);
    open_waiting(&self, 1, false);
    bed_commit(&self);
    bed_reopen(&self);
    expect_kept(&self, "a/10#2? ");
    bed_free(&self);
}

Test(store, a_long_history_is_told_of_one_task_too)
{
    bed self = bed_new();
    execz_history_filter filter = all();

    bed_open(&self, bed_for_ever, 1);
    for (int i = 1; i <= 10000; i++) {
        bed_occurrence(&self, EXECZ_STORE_NOTE, i % 4000 == 1 ? "rare" : "a", i, 1,
                       EXECZ_OUTCOME_OK);
    }
    bed_commit(&self);
    filter.task = "rare";
    expect_history(&self, &filter, "rare/8001#1=ok rare/4001#1=ok rare/1#1=ok ");
    filter.limit = 2;
    expect_history(&self, &filter, "rare/8001#1=ok rare/4001#1=ok ");
    filter.before = 8000;
    bed_reopen(&self);
    expect_history(&self, &filter, "rare/4001#1=ok rare/1#1=ok ");
    bed_free(&self);
}

Test(store, a_note_ends_what_was_open_and_what_was_not)
{
    bed self = bed_new();
    execz_history_filter filter = all();

    bed_open(&self, bed_for_ever, 1);
    bed_occurrence(&self, EXECZ_STORE_OPEN, "a", 10, 1, 0);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "a", 10, 1, EXECZ_OUTCOME_SKIPPED);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "a", 5, 1, EXECZ_OUTCOME_MISSED);
    bed_commit(&self);
    expect_kept(&self, "");
    expect_history(&self, &filter, "a/5#1=missed a/10#1=skipped ");
    bed_free(&self);
}

Test(store, each_part_of_a_question_about_the_history_counts)
{
    bed self = bed_new();
    execz_history_filter filter = all();

    bed_open(&self, bed_for_ever, 1);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "a", 10, 1, EXECZ_OUTCOME_OK);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "b", 20, 1, EXECZ_OUTCOME_ERROR);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "a", 30, 1, EXECZ_OUTCOME_LOST);
    bed_commit(&self);
    filter.task = "a";
    expect_history(&self, &filter, "a/30#1=lost a/10#1=ok ");
    filter.outcomes = EXECZ_HISTORY_FAILED;
    expect_history(&self, &filter, "a/30#1=lost ");
    filter.task = NULL;
    filter.until = 31;
    expect_history(&self, &filter, "b/20#1=error ");
    filter = all();
    filter.since = 21;
    filter.limit = 1;
    expect_history(&self, &filter, "a/30#1=lost ");
    filter = all();
    filter.before = 21;
    filter.output = 1;
    expect_history(&self, &filter, "a/10#1=okout ");
    filter = all();
    filter.id = 21;
    expect_history(&self, &filter, "b/20#1=error ");
    filter = all();
    filter.scheduled = 30;
    expect_history(&self, &filter, "a/30#1=lost ");
    bed_free(&self);
}

Test(store, a_task_goes_into_quarantine_and_back)
{
    bed self = bed_new();

    bed_open(&self, bed_for_ever, 1);
    ez_batch_task(&self.batch, EXECZ_STORE_PUT_TASK, "a", 5, "{\"v\":99}");
    bed_commit(&self);
    ez_batch_task(&self.batch, EXECZ_STORE_QUARANTINE, "a", 5, "=too new");
    bed_commit(&self);
    expect_kept(&self, "");
    g_string_truncate(self.seen, 0);
    cr_assert(eq(int, ez_store_quarantined(self.store, see_task, self.seen, NULL), EXECZ_OK));
    cr_expect(eq(str, self.seen->str, (char *)"a@5=too new "));
    ez_batch_task(&self.batch, EXECZ_STORE_RESTORE, "a", 0, NULL);
    bed_commit(&self);
    expect_kept(&self, "a@5 ");
    bed_free(&self);
}

Test(store, the_oldest_ends_go_beyond_the_count)
{
    static const ez_setting settings[] = {{.key = "retain_count", .value = "2"},
                                          {.key = "retain_age", .value = "0s"}};
    bed self = bed_new();
    execz_history_filter filter = all();

    bed_open(&self, settings, 2);
    for (int i = 1; i <= 5; i++) {
        bed_occurrence(&self, EXECZ_STORE_NOTE, "a", i, 1, EXECZ_OUTCOME_OK);
    }
    bed_commit(&self);
    expect_history(&self, &filter, "a/5#1=ok a/4#1=ok ");
    bed_free(&self);
}

Test(store, ends_that_are_too_old_go)
{
    static const ez_setting settings[] = {{.key = "retain_age", .value = "1h"}};
    bed self = bed_new();
    execz_history_filter filter = all();

    bed_open(&self, settings, 1);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "old", self.clock.now - 2 * EXECZ_HOUR, 1,
                   EXECZ_OUTCOME_OK);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "new", self.clock.now, 1, EXECZ_OUTCOME_OK);
    bed_commit(&self);
    filter.task = "old";
    expect_history(&self, &filter, "");
    bed_free(&self);
}

static void
count_end(void *user, const execz_history_record *record)
{
    (void)record;
    ++*(unsigned *)user;
}

static unsigned
count_ends(bed *self)
{
    execz_history_filter filter = all();
    unsigned n = 0;

    filter.limit = 100000;
    cr_assert(eq(int, ez_store_history(self->store, &filter, count_end, &n, NULL), EXECZ_OK));
    return n;
}

static void
commit_ends(bed *self, unsigned from, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        bed_occurrence(self, EXECZ_STORE_NOTE, "a", from + i, 1, EXECZ_OUTCOME_OK);
    }
    bed_commit(self);
}

Test(store, the_oldest_ends_go_beyond_the_size_which_is_looked_at_once_a_minute)
{
    static const ez_setting settings[] = {{.key = "retain_size", .value = "128KiB"},
                                          {.key = "retain_age", .value = "0s"}};
    bed self = bed_new();
    execz_history_filter newest = all();
    unsigned n;

    bed_open(&self, settings, 2);
    commit_ends(&self, 1, 1);
    commit_ends(&self, 2, 6000);
    cr_expect(eq(uint, count_ends(&self), 6001));
    fake_clock_advance(&self.clock, EXECZ_MINUTE);
    commit_ends(&self, 10000, 1);
    n = count_ends(&self);
    cr_expect(lt(uint, n, 6001));
    commit_ends(&self, 10001, 1); /* it goes on with each commit, until it is small enough */
    cr_expect(lt(uint, count_ends(&self), n));
    newest.limit = 1;
    expect_history(&self, &newest, "a/10001#1=ok ");
    bed_free(&self);
}

Test(store, it_is_found_sound)
{
    bed self = bed_new();
    execz_error err = EXECZ_ERROR_INIT;

    bed_open(&self, bed_for_ever, 1);
    cr_expect(eq(int, ez_store_check(self.store, &err), EXECZ_OK), "%s", err.message);
    bed_free(&self);
}
