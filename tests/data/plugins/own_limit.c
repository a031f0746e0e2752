/* SPDX-License-Identifier: MIT */
/* Counts instances itself, by the SDK, and has a thread for each run. */
#include <execz/sdk.h>

static void
work(void *submission)
{
    execz_submission_run((execz_submission *)submission);
}

static execz_status
do_send_task(execz_base *base, execz_submission *submission, execz_error *err)
{
    const char *id = submission->task->id;

    if (execz_base_instances(base, id) > submission->task->max_instances) {
        return execz_error_set(err, EXECZ_E_MAX_INSTANCES, "task '%s' runs often enough", id);
    }
    return base->host->thread(base->host, "own_limit", work, submission);
}

static const execz_base_hooks hooks = {.do_send_task = do_send_task};

EXECZ_EXECUTOR_PLUGIN("org.execz.test.own_limit", "own_limit", "1.0.0",
                      "A thread for each run, within max_instances",
                      EXECZ_CAP_BODIES | EXECZ_CAP_OWN_LIMIT, hooks);
