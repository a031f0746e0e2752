/* SPDX-License-Identifier: MIT */
#include "scheduler/journal.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture *
with_history(const char *executor_type)
{
    fixture *self = fixture_new_started(executor_type);

    self->scheduler->history = ez_history_new(100, 1000000);
    return self;
}

static void
note(void *user, const execz_history_record *record)
{
    g_string_append_printf(user, "%s=%s ", record->task, execz_outcome_name(record->outcome));
}

static void
expect(fixture *self, const char *wanted)
{
    g_autoptr(GString) seen = g_string_new(NULL);

    cr_assert(eq(int, execz_scheduler_history(self->scheduler, NULL, note, seen, NULL), EXECZ_OK));
    cr_expect(eq(str, seen->str, (char *)wanted));
}

Test(journal, how_runs_ended_is_told_the_newest_first)
{
    fixture *self = with_history("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_add(self, "b", "interval(minutes=1)", "tests:fail");
    fixture_advance(self, 59 * EXECZ_SECOND);
    execz_scheduler_remove_task(self->scheduler, "a", NULL);
    fixture_advance(self, EXECZ_SECOND);
    expect(self, "b=error a=ok ");
    fixture_free(self);
}

static void
check_whole(void *user, const execz_history_record *record)
{
    const fixture *self = user;

    cr_expect(eq(str, (char *)record->executor, (char *)"default"));
    cr_expect(eq(i64, record->scheduled, self->clock.now));
    cr_expect(eq(i64, record->submitted, self->clock.now));
    cr_expect(eq(i64, record->started, self->clock.now));
    cr_expect(eq(i64, record->finished, self->clock.now));
    cr_expect(eq(u32, record->attempt, 1));
    cr_expect(eq(u32, record->source, EXECZ_SOURCE_SCHEDULE));
    cr_expect(record->run != 0);
    cr_expect(record->message != NULL);
}

Test(journal, a_record_says_when_where_and_why)
{
    fixture *self = with_history("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:fail");
    fixture_advance(self, EXECZ_MINUTE);
    expect(self, "a=error ");
    (void)execz_scheduler_history(self->scheduler, NULL, check_whole, self, NULL);
    fixture_free(self);
}

Test(journal, what_was_skipped_or_cancelled_is_in_it)
{
    fixture *self = with_history("threadpool");

    fixture_add(self, "a", "interval(minutes=1)", "tests:wait");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    fixture_advance(self, EXECZ_MINUTE);
    expect(self, "a=skipped ");
    execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_ALL, NULL);
    fixture_wait_for(self, "cancelled:a");
    (void)fixture_take_events(self); /* what is waited for next has not been seen */
    fixture_advance(self, 10 * EXECZ_HOUR);
    fixture_wait_for(self, "started:a");
    execz_scheduler_cancel_task(self->scheduler, "a", EXECZ_CANCEL_ALL, NULL);
    fixture_wait_for(self, "cancelled:a");
    expect(self, "a=cancelled a=cancelled a=skipped ");
    fixture_free(self);
}

Test(journal, without_a_history_the_answer_is_empty)
{
    fixture *self = fixture_new_started("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    expect(self, "");
    fixture_free(self);
}

Test(journal, a_history_that_is_too_long_is_refused)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    options.history = EXECZ_HISTORY_MAX + 1;
    cr_expect(execz_scheduler_new(&options, &err) == NULL);
    cr_expect(eq(int, err.status, EXECZ_E_LIMIT));
    cr_expect(strstr(err.message, "1000000") != NULL, "%s", err.message);
}
