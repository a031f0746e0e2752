/* SPDX-License-Identifier: MIT */
/* What an executor finds around it: services, a clock whose hands are turned, tasks and runs. */
#ifndef TESTS_EXECUTOR_FIXTURE_H
#define TESTS_EXECUTOR_FIXTURE_H

#include "executor/executor.h"

#include "support/fake_clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

typedef struct fixture {
    fake_clock clock;
    ez_mailbox mailbox;
    ez_executor_services services;
    bool wants_started;
    /* Runs instead of succeeding at once; NULL: that.  [worker] */
    void (*body)(struct fixture *self, const ez_body *body, ez_outcome *outcome);
    atomic_uint n_bodies; /* executed so far */

    pthread_mutex_t lock;
    GString *log; /* guarded by lock; owned; "level: line\n" */
} fixture;

fixture *fixture_new(void);
void fixture_free(fixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(fixture, fixture_free)

/* How often text is in the log. */
unsigned fixture_count_log(fixture *self, const char *text);

/* A task of one hour's grace that runs "true"; change the spec first with fixture_task_of(). */
ez_task *fixture_task(const char *id);
execz_task_spec fixture_spec(const char *id);
ez_task *fixture_task_of(const execz_task_spec *spec);

/* An open run of task for n run times, a second apart from now on. */
ez_run *fixture_open(fixture *self, ez_task *task, ez_executor *executor, uint32_t n);

/* The next message for the loop; NULL if there is none within ten seconds (wait) or now. */
ez_host_message *fixture_next_message(fixture *self, bool wait);

/* Waits for the end of a run, and closes it.  Returns the outcome of its first run time. */
uint32_t fixture_close_next(fixture *self);

/* The executor of a plugin file's main alias, not started; options are "key=value", ended by NULL,
 * or NULL. */
ez_executor *fixture_executor(fixture *self, const char *path, const char *const *options);

/* Path of a plugin that comes with execz, or of one that was built for tests.  Caller frees. */
char *fixture_bundled(const char *name);
char *fixture_plugin(const char *name);

/* Threads of this process. */
unsigned fixture_count_threads(void);

/* Waits until there are n: one that was joined may still be seen for a moment. */
void fixture_await_threads(unsigned n);

#endif
