/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <string.h>

#include "proxied.h"

TestSuite(proxy, .init = proxied_set_up, .fini = proxied_tear_down);

Test(proxy, a_run_comes_back_with_its_result)
{
    ez_executor *self = make_isolated("threadpool", NULL);
    ez_run *run;

    start_isolated(self);
    run = send_to(self, "a");
    cr_assert(eq(ptr, await_end(), run));
    cr_expect(all(eq(u32, run->one.outcome, EXECZ_OUTCOME_OK), eq(i32, run->one.exit_status, 0),
                  gt(i64, run->one.started, 0), ge(i64, run->one.finished, run->one.started)));
    close_run(self, run);
    stop_isolated(self);
}

Test(proxy, a_run_of_several_run_times_has_a_result_for_each)
{
    ez_executor *self = make_isolated("threadpool", NULL);
    ez_task *task = fixture_task("a");
    ez_run *run;

    start_isolated(self);
    run = fixture_open(around, task, self, 3);
    ez_task_unref(task);
    send_run(self, run);
    cr_assert(eq(ptr, await_end(), run));
    for (uint32_t i = 0; i < 3; i++) {
        cr_expect(eq(u32, run->times[i].outcome, EXECZ_OUTCOME_OK), "%s", run->times[i].message);
    }
    close_run(self, run);
    stop_isolated(self);
}

Test(proxy, after_a_stop_it_can_be_started_again)
{
    ez_executor *self = make_isolated("threadpool", NULL);

    for (int i = 0; i < 3; i++) {
        ez_run *run;

        start_isolated(self);
        run = send_to(self, "a");
        cr_assert(eq(ptr, await_end(), run));
        close_run(self, run);
        ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
        ez_executor_stop(self, patience_ends(), false);
    }
    ez_executor_free(self);
}

Test(proxy, a_start_that_fails_there_fails_here_with_its_reason)
{
    const char *const options[] = {"isolation=process", NULL};
    g_autofree char *path = fixture_plugin("start_fails");

    expect_no_start(fixture_executor(around, path, options), "cannot reach the queue at 192.0.2.1");
}

Test(proxy, once_it_shuts_down_it_takes_nothing)
{
    ez_executor *self = make_isolated("debug", NULL);
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task = fixture_task("a");
    ez_run *run;

    start_isolated(self);
    ez_executor_shutdown(self, 0, EXECZ_NO_DEADLINE);
    run = fixture_open(around, task, self, 1);
    ez_task_unref(task);
    cr_expect(eq(int, ez_executor_send(self, run, &err), EXECZ_E_SHUTDOWN));
    ez_runs_close(around->services.runs, run);
    ez_executor_stop(self, patience_ends(), false);
    ez_executor_free(self);
}

Test(proxy, without_a_loop_there_is_no_isolation)
{
    ez_executor *self = make_isolated("debug", NULL);
    execz_error err = EXECZ_ERROR_INIT;

    around->services.watch = NULL;
    cr_expect(eq(int, ez_executor_start(self, &err), EXECZ_E_UNSUPPORTED));
    cr_expect(ne(ptr, strstr(err.message, "cannot be isolated"), NULL), "%s", err.message);
    ez_executor_free(self);
}
