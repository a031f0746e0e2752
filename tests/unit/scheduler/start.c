/* SPDX-License-Identifier: MIT */
#include "scheduler/start.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_scheduler_info
info_of(fixture *self)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(self->scheduler, &info);
    return info;
}

Test(start, only_the_last_shutdown_of_a_scheduler_started_twice_stops_it)
{
    fixture *self = fixture_new_started("debug");
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_expect(eq(u32, info_of(self).starts, 2));
    cr_assert(execz_scheduler_shutdown(self->scheduler, EXECZ_SHUTDOWN_CANCEL, 0, &err) ==
              EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(u32, info_of(self).state, EXECZ_STATE_RUNNING));
    cr_expect(eq(str, (char *)fixture_take_events(self), (char *)""), "nothing was started anew");
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, &err) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(
        all(eq(u32, info_of(self).state, EXECZ_STATE_STOPPED), eq(u32, info_of(self).starts, 0)));
    cr_expect(eq(int, execz_scheduler_shutdown(self->scheduler, 0, -1, &err), EXECZ_E_STATE));
    cr_assert(execz_scheduler_start(self->scheduler, &err) == EXECZ_OK);
    cr_expect(eq(u32, info_of(self).starts, 1), "it begins to count anew");
    fixture_free(self);
}

Test(start, a_scheduler_that_shuts_down_cannot_be_started)
{
    fixture *self = fixture_new_started("threadpool");
    execz_error err = EXECZ_ERROR_INIT;

    fixture_add(self, "a", "interval(hours=1)", "tests:wait");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_wait_for(self, "started:a");
    cr_assert(execz_scheduler_shutdown(self->scheduler, 0, -1, &err) == EXECZ_OK);
    cr_expect(eq(int, execz_scheduler_start(self->scheduler, &err), EXECZ_E_STATE));
    cr_expect(eq(str, err.message,
                 (char *)"the scheduler is shutting down; start it once it has stopped"));
    fixture_free(self);
}

Test(start, freeing_a_scheduler_started_twice_stops_it)
{
    fixture *self = fixture_new_started("debug");

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_free(self);
}
