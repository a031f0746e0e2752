/* SPDX-License-Identifier: MIT */
/* A scheduler that has run for long is as large as it was. */
#include "fixture.h"

#include <malloc.h>

#include <execz/query.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { ROUNDS = 500 };

static void
note(void *user, const execz_task_info *task)
{
    *(uint32_t *)user |= task->states;
}

/* What a program does all day: tasks run, fail and are attempted again, come and go, are changed and
 * looked at. */
static void
live(fixture *self)
{
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t states = 0;

        fixture_advance(self, EXECZ_MINUTE);
        fixture_add(self, "guest", "interval(hours=1)", "tests:ok");
        (void)execz_scheduler_run_task(self->scheduler, "guest", NULL);
        (void)execz_scheduler_pause_task(self->scheduler, "a", "a while", EXECZ_TIME_NEVER, NULL);
        (void)execz_scheduler_resume_task(self->scheduler, "a", NULL);
        (void)execz_scheduler_reschedule_task(
            self->scheduler, "b", i % 2 == 0 ? "interval(seconds=61)" : "interval(seconds=59)",
            NULL, NULL);
        (void)execz_scheduler_list_tasks(self->scheduler, NULL, EXECZ_SORT_NAME, note, &states,
                                         NULL);
        fixture_settle(self);
        (void)execz_scheduler_remove_task(self->scheduler, "guest", NULL);
        fixture_settle(self);
        g_string_truncate(self->events, 0);
        g_string_truncate(self->log, 0);
    }
}

Test(growth, thousands_of_runs_and_tasks_leave_no_memory_behind)
{
    fixture *self = fixture_new_started("debug");
    size_t before;

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "b", "interval(minutes=1)", "tests:fail");
    live(self);
    before = mallinfo2().uordblks;
    live(self);
    cr_expect(lt(sz, mallinfo2().uordblks, before + 4096), "less than ten bytes a round");
    fixture_free(self);
}
