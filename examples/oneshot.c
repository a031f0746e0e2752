/* SPDX-License-Identifier: MIT */
/* A complete custom executor: a thread of its own for each run. */
#include <execz/sdk.h>

static void
work(void *submission)
{
    execz_submission_run((execz_submission *)submission);
}

static execz_status
do_send_task(execz_base *base, execz_submission *submission, execz_error *err)
{
    execz_status status = base->host->thread(base->host, "oneshot", work, submission);

    return status == EXECZ_OK ? status : execz_error_set(err, EXECZ_E_BUSY, "no thread is free");
}

static const execz_base_hooks hooks = {.do_send_task = do_send_task};

EXECZ_EXECUTOR_PLUGIN("org.example.oneshot", "oneshot", "1.0.0", "A thread for each run",
                      EXECZ_CAP_BODIES, hooks);
