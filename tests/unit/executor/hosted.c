/* SPDX-License-Identifier: MIT */
#include "hosted.h"

fixture *around;
ez_executor *executor, *other_executor;
ez_host host;
const execz_host *abi;
static ez_options *options;
ez_task *task;
ez_run *run;

void
hosted_set_up(void)
{
    static const execz_option schema[] = {
        EXECZ_OPTION(INT, 0, "max_workers", "10", "1..1000", ""),
        EXECZ_OPTION(DURATION, 0, "grace", "", "1s..1h", ""),
        EXECZ_OPTION(STRING, 0, "prefix", "cpu", "", ""),
    };
    execz_error reason = EXECZ_ERROR_INIT;
    ez_options_source nothing = {.owner = "executor 'cpu'"};
    g_autoptr(ez_report) report = ez_report_new();

    around = fixture_new();
    executor = ez_executor_new_unavailable(&around->services, "cpu", &reason);
    other_executor = ez_executor_new_unavailable(&around->services, "other", &reason);
    options = ez_options_check(schema, G_N_ELEMENTS(schema), &nothing, report);
    ez_host_init(&host, &around->services, executor, "cpu", options);
    abi = &host.abi;
    task = fixture_task("backup");
    run = fixture_open(around, task, executor, 1);
}

void
hosted_tear_down(void)
{
    cr_expect(ez_threads_join(&host.threads, INT64_MAX / 2));
    ez_host_deinit(&host);
    ez_options_free(options);
    ez_executor_free(executor);
    ez_executor_free(other_executor);
    fixture_free(around);
    ez_task_unref(task);
}

execz_status
execute(void)
{
    return abi->execute(abi, run->token, run->times[0].run_time, NULL, NULL);
}

void
expect_misbehaved(unsigned n, const char *what)
{
    cr_expect(eq(uint, atomic_load(&host.misbehaved), n));
    cr_expect(eq(uint, fixture_count_log(around, "plugin misbehaving: executor=cpu"), n));
    cr_expect(eq(uint, fixture_count_log(around, what), n), "%s", around->log->str);
}

ez_run *
open_with_output_limit(uint64_t limit)
{
    execz_task_spec spec = fixture_spec("loud");
    g_autoptr(ez_task) loud = NULL;

    spec.output_limit = limit;
    loud = fixture_task_of(&spec);
    return fixture_open(around, loud, executor, 2);
}

void
say(ez_run *loud, const char *text)
{
    cr_expect(eq(int, abi->output(abi, loud->token, 1, text, strlen(text)), EXECZ_OK));
}
