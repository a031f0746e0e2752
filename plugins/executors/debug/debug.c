/* SPDX-License-Identifier: MIT */
/* Runs a task at once, on the loop, inside of send_task(): what happens in which order is the same
 * every time, which is what a test or a debugger wants.  Everything else waits meanwhile. */
#include <execz/sdk.h>

static execz_status
do_send_run(execz_base *base, const execz_task *task, execz_run run, execz_error *err)
{
    (void)task;
    (void)err;
    execz_base_run(base, run);
    return EXECZ_OK;
}

static const execz_base_hooks hooks = {.do_send_run = do_send_run};

EXECZ_EXECUTOR_PLUGIN("org.execz.debug", "debug", EXECZ_VERSION,
                      "Runs tasks one after the other on the scheduler's own thread",
                      EXECZ_CAP_BODIES | EXECZ_CAP_CANCEL | EXECZ_CAP_EXECUTES, hooks);
