/* SPDX-License-Identifier: MIT */
/* An executor that does not run bodies: each run ends a little later, on the loop, and its value is
 * the version of the plugin.  The files beside this one are its generations. */
#include <execz/sdk.h>

static void
end(void *argument)
{
    execz_submission *submission = (execz_submission *)argument;
    execz_result results[EXECZ_RUN_TIMES_MAX];
    uint32_t n = submission->n;

    for (uint32_t i = 0; i < n; i++) {
        execz_time now = submission->base->host->now(submission->base->host, EXECZ_CLOCK_REAL);

        results[i] = (execz_result){.size = sizeof *results,
                                    .outcome = EXECZ_OUTCOME_OK,
                                    .run_time = submission->times[i],
                                    .started = now,
                                    .finished = now,
                                    .value = "\"" VERSION "\"",
                                    .value_length = sizeof VERSION + 1};
    }
    execz_submission_finish(submission, results, n);
}

static execz_status
do_send_task(execz_base *base, execz_submission *submission, execz_error *err)
{
    execz_status status = base->host->post(base->host, end, submission);

    return status == EXECZ_OK ? status : execz_error_set(err, EXECZ_E_BUSY, "no memory");
}

#ifdef REASON
static execz_status
refuse(execz_base *base, execz_error *err)
{
    (void)base;
    return execz_error_set(err, EXECZ_E_FAIL, "%s", REASON);
}

static const execz_base_hooks hooks = {.do_send_task = do_send_task, .start = refuse};
#else
static const execz_base_hooks hooks = {.do_send_task = do_send_task};
#endif

EXECZ_OPTIONS(options, "generation", EXECZ_OPTION(PATH, 0, "root", "", "", "Where it would work"));

EXECZ_EXECUTOR_PLUGIN_WITH("org.execz.test.generation", "generation", VERSION, "Tells its version",
                           EXECZ_CAP_BODIES, hooks, EXECZ_TABLE(options), EXECZ_NO_TABLE);
