/* SPDX-License-Identifier: MIT */
/* An executor that is isolated, and what it finds around it: services, a loop that the test turns,
 * and as its plugin host the real one or a script. */
#ifndef TESTS_ISOLATION_PROXIED_H
#define TESTS_ISOLATION_PROXIED_H

#include "base/loop.h"
#include "isolation/proxy.h"
#include "unit/executor/fixture.h"

#include "support/patience.h"

#include <sys/stat.h>
#include <unistd.h>

static fixture *around;
static ez_loop loop;
static char *script; /* a file of this test; owned */

static execz_status
proxied_watch(void *of, int fd, void (*function)(void *), void *argument)
{
    return ez_loop_watch(of, fd, function, argument);
}

static void
proxied_unwatch(void *of, int fd)
{
    ez_loop_unwatch(of, fd);
}

static inline void
proxied_set_up(void)
{
    execz_error err = EXECZ_ERROR_INIT;

    around = fixture_new();
    cr_assert(ez_loop_init(&loop, around->mailbox.bell, &err) == EXECZ_OK);
    around->services.clock = ez_clock_system();
    around->services.watch = proxied_watch;
    around->services.unwatch = proxied_unwatch;
    around->services.loop = &loop;
    around->services.function_path = "";
    around->services.isolator = &ez_proxy_isolator;
    around->services.plugin_host = EXECZ_TEST_PLUGIN_HOST;
    /* Runs are due now. */
    around->clock.now = ez_clock_now(ez_clock_system());
}

static inline void
proxied_tear_down(void)
{
    ez_loop_deinit(&loop);
    fixture_free(around);
    if (script != NULL) {
        (void)unlink(script);
        g_free(script);
    }
}

/* Has a script of these lines in the place of the plugin host; "$2" is the directory of its file. */
static inline void
use_script(const char *lines)
{
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", lines);
    int fd = g_file_open_tmp("execz-script-XXXXXX", &script, NULL);

    cr_assert(fd >= 0);
    close(fd);
    cr_assert(g_file_set_contents(script, text, -1, NULL));
    cr_assert(chmod(script, 0700) == 0);
    around->services.plugin_host = script;
}

static inline ez_executor *
make_isolated(const char *name, const char *option)
{
    const char *const options[] = {"isolation=process", option, NULL};
    g_autofree char *path = fixture_bundled(name);

    return fixture_executor(around, path, options);
}

/* A host that takes long to start is busy until it has. */
static inline void
send_run(ez_executor *executor, ez_run *run)
{
    execz_error err = EXECZ_ERROR_INIT;
    int64_t end = patience_ends();
    execz_status status;

    while ((status = ez_executor_send(executor, run, &err)) == EXECZ_E_BUSY) {
        struct pollfd ready = {.fd = loop.epoll, .events = POLLIN};

        cr_assert(not(patience_is_over(end)), "%s", err.message);
        (void)poll(&ready, 1, 10);
        (void)ez_loop_look(&loop);
    }
    cr_assert(eq(int, status, EXECZ_OK), "%s", err.message);
    ez_executor_flush(executor);
}

static inline ez_run *
send_to(ez_executor *executor, const char *id)
{
    ez_task *task = fixture_task(id);
    ez_run *run = fixture_open(around, task, executor, 1);

    ez_task_unref(task);
    send_run(executor, run);
    return run;
}

/* Turns the loop until a run has ended. */
static inline ez_run *
await_end(void)
{
    int64_t end = patience_ends();
    ez_host_message *message;

    while ((message = fixture_next_message(around, false)) == NULL) {
        struct pollfd ready = {.fd = loop.epoll, .events = POLLIN};

        cr_assert(not(patience_is_over(end)), "no run has ended");
        (void)poll(&ready, 1, 100);
        (void)ez_loop_look(&loop);
    }
    cr_assert(eq(u32, message->kind, EZ_HOST_FINISHED));
    return (ez_run *)message;
}

static inline void
turn_until(bool (*condition)(const void *user), const void *user)
{
    int64_t end = patience_ends();

    while (!condition(user)) {
        struct pollfd ready = {.fd = loop.epoll, .events = POLLIN};

        cr_assert(not(patience_is_over(end)));
        (void)poll(&ready, 1, 10);
        (void)ez_loop_look(&loop);
    }
}

static inline void
close_run(ez_executor *executor, ez_run *run)
{
    --*ez_executor_unfinished(executor);
    ez_runs_close(around->services.runs, run);
}

static inline void
start_isolated(ez_executor *executor)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_executor_start(executor, &err), EXECZ_OK), "%s", err.message);
}

static inline void
stop_isolated(ez_executor *executor)
{
    ez_executor_shutdown(executor, 0, EXECZ_NO_DEADLINE);
    ez_executor_stop(executor, patience_ends(), false);
    cr_expect(ez_executor_is_free_of_threads(executor));
    ez_executor_free(executor);
}

static bool
is_unavailable(const void *executor)
{
    const char *reason;

    return !ez_executor_is_available(executor, &reason);
}

/* Starts it, which is soon known to have failed for this reason. */
static inline void
expect_no_start(ez_executor *executor, const char *expected)
{
    const char *reason = "";

    start_isolated(executor);
    turn_until(is_unavailable, executor);
    (void)ez_executor_is_available(executor, &reason);
    cr_expect(ne(ptr, strstr(reason, expected), NULL), "%s", reason);
    cr_expect(not(ez_executor_is_ready(executor)));
    stop_isolated(executor);
}

#endif
