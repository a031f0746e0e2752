/* SPDX-License-Identifier: MIT */
#include "scheduler/journal.h"

#include "fixture.h"
#include "support/scratch.h"

#include <string.h>

#include <execz/state.h>

#include <criterion/new/assert.h>

static fixture *
with_task(const char *directory)
{
    fixture *self = fixture_new_in("debug", directory);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_settle(self);
    (void)fixture_take_events(self);
    return self;
}

static void
count(void *user, const execz_history_record *record)
{
    (void)record;
    ++*(unsigned *)user;
}

static unsigned
count_history(fixture *self)
{
    unsigned n = 0;

    cr_assert(execz_scheduler_history(self->scheduler, NULL, count, &n, NULL) == EXECZ_OK);
    return n;
}

Test(changes, a_run_time_is_written_before_it_runs_and_when_it_has_ended)
{
    char *directory = scratch_new();
    fixture *self = with_task(directory);

    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(uint, count_history(self), 2));
    cr_expect(eq(sz, ez_batch_length(&self->scheduler->journal), 0));
    fixture_free(self);
    scratch_free(directory);
}

/* A batch that no store takes, at the head of what is to be committed. */
static void
break_store(fixture *self)
{
    ez_batch_task(&self->scheduler->journal, 77, "broken", 0, NULL);
}

static void
mend_store(fixture *self)
{
    g_array_remove_index(self->scheduler->journal.changes, 0);
}

Test(changes, while_the_store_fails_tasks_go_on_and_nothing_is_lost)
{
    char *directory = scratch_new();
    fixture *self = with_task(directory);
    execz_store_info info = {.size = sizeof info};
    const char *events;

    break_store(self);
    fixture_advance(self, EXECZ_MINUTE);
    events = fixture_take_events(self);
    cr_expect(strstr(events, "store_failed") != NULL && strstr(events, "executed:a") != NULL, "%s",
              events);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(uint, count_history(self), 0));
    execz_scheduler_get_store(self->scheduler, &info);
    cr_expect(info.failing_since != 0 && info.waiting > 0);
    mend_store(self);
    fixture_advance(self, 10 * EXECZ_SECOND);
    cr_expect(strstr(fixture_take_events(self), "store_recovered") != NULL);
    cr_expect(eq(uint, count_history(self), 2));
    execz_scheduler_get_store(self->scheduler, &info);
    cr_expect(info.failing_since == 0 && info.waiting == 0);
    fixture_free(self);
    scratch_free(directory);
}

Test(changes, a_store_that_fails_is_told_once_and_tried_again_by_itself)
{
    char *directory = scratch_new();
    fixture *self = with_task(directory);
    const char *line;

    break_store(self);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_advance(self, EXECZ_MINUTE);
    line = strstr(self->log->str, "cannot be written to");
    cr_assert(line != NULL, "%s", self->log->str);
    cr_expect(strstr(line + 1, "cannot be written to") == NULL);
    cr_expect(ez_changes_next_try(self->scheduler) < EXECZ_TIME_NEVER);
    mend_store(self);
    fixture_free(self);
    scratch_free(directory);
}

Test(changes, what_waits_is_written_when_the_scheduler_is_freed)
{
    char *directory = scratch_new();
    fixture *self = with_task(directory);

    break_store(self);
    fixture_advance(self, EXECZ_MINUTE);
    mend_store(self);
    fixture_free(self);
    self = fixture_new_in("debug", directory);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_expect(eq(uint, count_history(self), 1));
    fixture_free(self);
    scratch_free(directory);
}
