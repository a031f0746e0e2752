/* SPDX-License-Identifier: MIT */
/* What the tests of this layer share: one body, run as an executor's host would. */
#ifndef EZ_TESTS_FUNCTION_FIXTURE_H
#define EZ_TESTS_FUNCTION_FIXTURE_H

#include "function/body.h"
#include "function/modules.h"
#include "function/waiter.h"

#include <string.h>

/* 2027-01-01T00:00:00Z */
#define RUN_TIME (1798761600 * EXECZ_SECOND)

typedef struct fixture {
    ez_modules *modules;
    ez_interrupt interrupt;
    execz_task task;
    ez_body body;
    ez_outcome outcome;
} fixture;

static inline void
fixture_init(fixture *self, uint32_t kind)
{
    static const char *const path[] = {EXECZ_TEST_FUNCTIONS, NULL};

    *self = (fixture){.modules = ez_modules_new(path)};
    ez_interrupt_init(&self->interrupt);
    self->task = (execz_task){.size = sizeof self->task,
                              .kind = kind,
                              .id = "t1",
                              .name = "t1",
                              .kill_grace = 5 * EXECZ_SECOND,
                              .output_limit = 65536,
                              .content_type = "application/json"};
    self->body = (ez_body){.task = &self->task,
                           .run = 77,
                           .run_time = RUN_TIME,
                           .deadline = EXECZ_TIME_NEVER,
                           .deadline_monotonic = EXECZ_NO_DEADLINE,
                           .attempt = 1,
                           .executor = "pool",
                           .interrupt = &self->interrupt};
}

static inline void
fixture_run(fixture *self)
{
    ez_outcome_clear(&self->outcome);
    ez_body_run(self->modules, &self->body, &self->outcome);
}

static inline void
fixture_deinit(fixture *self)
{
    ez_outcome_clear(&self->outcome);
    ez_interrupt_deinit(&self->interrupt);
    ez_modules_free(self->modules);
}

static inline void
fixture_timeout(fixture *self, execz_duration timeout)
{
    self->task.timeout = timeout;
    self->body.deadline = RUN_TIME + timeout;
    self->body.deadline_monotonic = ez_waiter_after(timeout);
}

/* Calls function with args, both text; args may be NULL. */
static inline void
fixture_call(fixture *self, const char *function, const char *args)
{
    self->task.function = function;
    self->task.args = args;
    self->task.args_length = args != NULL ? strlen(args) : 0;
    fixture_run(self);
}

/* Runs script in the shell. */
static inline void
fixture_shell(fixture *self, const char *script)
{
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};

    self->task.argv = argv;
    fixture_run(self);
    self->task.argv = NULL;
}

#endif
