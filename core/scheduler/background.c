/* SPDX-License-Identifier: MIT */
#include "scheduler/background.h"

#include "base/error.h"

bool
ez_background_is_elsewhere(execz_scheduler *self)
{
    return ez_threads_running(&self->background) > 0 && !ez_scheduler_is_loop(self);
}

void
ez_background_join(execz_scheduler *self)
{
    (void)ez_threads_join(&self->background, EXECZ_NO_DEADLINE);
}

static void
run(void *scheduler)
{
    ez_scheduler_run_loop(scheduler);
}

execz_status
execz_scheduler_run_in_background(execz_scheduler *self, execz_error *err)
{
    execz_scheduler_info info = {.size = sizeof info};
    execz_status status = EXECZ_OK;

    execz_scheduler_get_info(self, &info);
    if (info.state == EXECZ_STATE_STOPPED) {
        status = execz_scheduler_start(self, err);
    } else if (ez_threads_running(&self->background) > 0) {
        return ez_fail(err, EXECZ_E_STATE, "the scheduler runs in the background already");
    }
    if (status != EXECZ_OK) {
        return status;
    }
    status = ez_threads_start(&self->background, "execz", run, self);
    if (status == EXECZ_OK) {
        return EXECZ_OK;
    }
    if (info.state == EXECZ_STATE_STOPPED) { /* as it was */
        (void)execz_scheduler_shutdown(self, EXECZ_SHUTDOWN_CANCEL, -1, NULL);
        ez_scheduler_run_loop(self);
    }
    return ez_fail(err, status, "the system has no thread left for the scheduler");
}
