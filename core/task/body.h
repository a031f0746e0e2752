/* SPDX-License-Identifier: MIT */
/* What an executor's host needs to have a body run, without knowing what a body is. */
#ifndef EZ_TASK_BODY_H
#define EZ_TASK_BODY_H

#include "base/interrupt.h"
#include "task/outcome.h"

/* One call of a task's body. */
typedef struct ez_body {
    const execz_task *task;
    execz_run run;
    execz_time run_time;
    execz_time deadline;        /* wall clock, for people; EXECZ_TIME_NEVER: none */
    int64_t deadline_monotonic; /* EXECZ_NO_DEADLINE: none */
    uint32_t attempt;
    const char *executor;            /* alias */
    const execz_waiter *waiter;      /* NULL: waits block the calling thread */
    ez_interrupt *interrupt;         /* raised to stop it; never NULL */
    _Atomic(const void *) *resolved; /* of the task: keeps its function, once found; or NULL */
    void (*log)(void *log_user, uint32_t level, const char *message);
    void *log_user;
} ez_body;

/* Runs body on the calling thread and fills outcome (message, value, output; not its times).  user
 * is what was registered with the function. */
typedef void (*ez_body_function)(void *user, const ez_body *body, ez_outcome *outcome);

/* Whom the lines of a function concern that is called outside of any run. */
typedef struct ez_body_caller {
    const char *executor; /* alias */
    void (*log)(void *log_user, uint32_t level, const char *message);
    void *log_user;
} ez_body_caller;

#endif
