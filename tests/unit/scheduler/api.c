/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <string.h>

#include <execz/execz.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(api, the_figures_tell_what_is_ahead)
{
    fixture *self = fixture_new(NULL);
    execz_scheduler_info info = {.size = sizeof info};

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "b", "interval(minutes=2)", "tests:ok");
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.tasks, 2));
    cr_expect(eq(u64, info.scheduled, 2));
    cr_expect(eq(i64, info.next_run, self->clock.now + EXECZ_MINUTE));
    cr_expect(eq(u32, info.state, EXECZ_STATE_RUNNING));
    fixture_advance(self, EXECZ_MINUTE);
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.blocked, 1));
    fixture_free(self);
}

Test(api, an_older_caller_gets_the_part_of_the_figures_it_knows)
{
    fixture *self = fixture_new(NULL);
    execz_scheduler_info info = {.size = offsetof(execz_scheduler_info, scheduled)};

    info.scheduled = 77;
    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    execz_scheduler_get_info(self->scheduler, &info);
    cr_expect(eq(u64, info.tasks, 1));
    cr_expect(eq(u64, info.scheduled, 77));
    fixture_free(self);
}

Test(api, the_library_tells_its_version)
{
    cr_expect(eq(str, (char *)execz_version(), (char *)EXECZ_VERSION));
}

Test(api, a_task_that_waits_for_a_function_of_the_program_runs_once_it_is_there)
{
    fixture *self = fixture_new("debug");
    const execz_function *ok = ez_modules_resolve(self->scheduler->modules, "tests:ok", NULL);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_add(self, "a", "date(2027-01-01T00:01:00Z)", "late:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "blocked:a") != NULL, "%s", self->events->str);
    cr_assert(execz_scheduler_add_functions(self->scheduler, "late", &ok, 1, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(strstr(self->events->str, "executed:a removed:a") != NULL, "%s", self->events->str);
    fixture_free(self);
}
