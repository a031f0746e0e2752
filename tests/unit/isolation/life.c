/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <string.h>

#include "proxied.h"

TestSuite(life, .init = proxied_set_up, .fini = proxied_tear_down);

Test(life, a_plugin_host_that_is_not_there_is_named)
{
    ez_executor *self = make_isolated("debug", NULL);
    execz_error err = EXECZ_ERROR_INIT;

    around->services.plugin_host = "/nowhere/execz-plugin-host";
    cr_expect(eq(int, ez_executor_start(self, &err), EXECZ_E_IO));
    cr_expect(ne(ptr, strstr(err.message, "/nowhere/execz-plugin-host: No such file"), NULL), "%s",
              err.message);
    ez_executor_free(self);
}

Test(life, one_that_exits_while_it_starts_fails_the_start)
{
    use_script("exit 3");
    expect_no_start(make_isolated("debug", NULL),
                    "the plugin host of executor 'cpu' exited with status 3 while it started");
}

Test(life, one_that_is_killed_while_it_starts_fails_the_start)
{
    use_script("kill -9 $$");
    expect_no_start(make_isolated("debug", NULL), "was killed by signal 9 (Killed)");
}

/* It is given up after the patience of the option. */
Test(life, one_that_hangs_while_it_starts_fails_the_start_and_holds_nobody)
{
    use_script("exec sleep 1000");
    expect_no_start(make_isolated("debug", "isolation_patience=1s"),
                    "start() of its plugin did not return within 1s");
}

static bool
is_broken(const void *executor)
{
    const char *reason;

    return !ez_executor_is_available(executor, &reason) && strstr(reason, "[P502]") != NULL;
}

/* A run that kills the plugin host, once that is ready. */
static ez_run *
send_killer(ez_executor *executor)
{
    execz_task_spec spec = fixture_spec("a");
    execz_error err = EXECZ_ERROR_INIT;
    struct pollfd ready = {.fd = loop.epoll, .events = POLLIN};
    ez_task *task;
    ez_run *run;

    spec.shell = "kill -9 $PPID";
    task = fixture_task_of(&spec);
    while (run = fixture_open(around, task, executor, 1),
           ez_executor_send(executor, run, &err) == EXECZ_E_BUSY) {
        ez_runs_close(around->services.runs, run);
        (void)poll(&ready, 1, 1);
        (void)ez_loop_look(&loop);
    }
    ez_task_unref(task);
    ez_executor_flush(executor);
    return run;
}

static uint32_t
health_of(const ez_executor *self, const char *reason)
{
    execz_error why = EXECZ_ERROR_INIT;
    execz_stats stats;
    uint32_t health = ez_executor_examine(self, &stats, &why);

    cr_expect(ne(ptr, strstr(why.message, reason), NULL), "%s", why.message);
    return health;
}

Test(life, too_many_crashes_break_it_down_with_the_reason)
{
    const char *const options[] = {"isolation=process", "isolation_crashes=3",
                                   "isolation_delay=1ms", NULL};
    g_autofree char *path = fixture_bundled("threadpool");
    ez_executor *self = fixture_executor(around, path, options);

    start_isolated(self);
    for (int i = 1; i <= 3; i++) {
        ez_run *run = send_killer(self);

        cr_assert(eq(ptr, await_end(), run));
        cr_expect(eq(u32, run->one.outcome, EXECZ_OUTCOME_LOST), "%s", run->one.message);
        cr_expect(ne(ptr, strstr(run->one.message, "signal 9 (Killed) before the run"), NULL), "%s",
                  run->one.message);
        if (i < 3) {
            cr_expect(eq(u32, health_of(self, "it is being started again"), EXECZ_HEALTH_DEGRADED));
        }
        close_run(self, run);
    }
    turn_until(is_broken, self);
    cr_expect(eq(u32, health_of(self, "[P502]"), EXECZ_HEALTH_DOWN));
    stop_isolated(self);
}
