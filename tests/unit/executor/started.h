/* SPDX-License-Identifier: MIT */
/* Executors with real plugins, for the tests of their life. */
#ifndef TESTS_EXECUTOR_STARTED_H
#define TESTS_EXECUTOR_STARTED_H

#include "hosted.h"

#include "support/patience.h"

static inline void
started_set_up(void)
{
    around = fixture_new();
    task = fixture_task("backup");
}

static inline void
started_tear_down(void)
{
    ez_task_unref(task);
    fixture_free(around);
}

static inline ez_executor *
make_bundled(const char *name, const char *const *options)
{
    g_autofree char *path = fixture_bundled(name);

    return fixture_executor(around, path, options);
}

static inline ez_executor *
make_test_plugin(const char *name)
{
    g_autofree char *path = fixture_plugin(name);

    return fixture_executor(around, path, NULL);
}

static inline void
start(ez_executor *self)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_executor_start(self, &err), EXECZ_OK), "%s", err.message);
}

static inline void
stop(ez_executor *self)
{
    ez_executor_shutdown(self, EXECZ_SHUTDOWN_CANCEL, EXECZ_NO_DEADLINE);
    ez_executor_stop(self, patience_ends(), false);
}

static inline ez_run *
send(ez_executor *self)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_run *sent = fixture_open(around, task, self, 1);

    cr_assert(eq(int, ez_executor_send(self, sent, &err), EXECZ_OK), "%s", err.message);
    return sent;
}

static inline void
expect_reason(const ez_executor *self, const char *expected)
{
    const char *reason = NULL;

    cr_expect(not(ez_executor_is_available(self, &reason)));
    cr_expect(eq(str, (char *)reason, (char *)expected));
}

#endif
