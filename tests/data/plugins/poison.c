/* SPDX-License-Identifier: MIT */
/* An executor that dies of the first task it is sent, before it begins anything. */
#define _GNU_SOURCE
#include <execz/sdk.h>

#include <signal.h>
#include <unistd.h>

static execz_status
do_send_task(execz_base *base, execz_submission *submission, execz_error *err)
{
    (void)base;
    (void)submission;
    (void)err;
    (void)kill(getpid(), SIGKILL);
    return EXECZ_OK;
}

static const execz_base_hooks hooks = {.do_send_task = do_send_task};

EXECZ_EXECUTOR_PLUGIN("org.execz.test.poison", "poison", "1.0.0", "Dies of what it is sent",
                      EXECZ_CAP_BODIES | EXECZ_CAP_EXECUTES, hooks);
