/* SPDX-License-Identifier: MIT */
#include "function/body.h"

#include "base/clock.h"
#include "base/error.h"
#include "function/call.h"
#include "function/command.h"
#include "function/modules.h"

#include <string.h>

/* The task's function; NULL with err filled.  Only the first run of a task has to look for it. */
static const execz_function *
resolve(ez_modules *modules, const execz_task *task, _Atomic(const void *) *resolved,
        execz_error *err)
{
    const execz_function *function =
        task->module_path != NULL
            ? ez_modules_resolve_in(modules, task->module_path, task->function, err)
            : ez_modules_resolve(modules, task->function, err);

    if (function != NULL && resolved != NULL) {
        atomic_store_explicit(resolved, function, memory_order_release);
    }
    return function;
}

/* What was found before. */
static inline const execz_function *
known(_Atomic(const void *) *resolved)
{
    return resolved != NULL ? atomic_load_explicit(resolved, memory_order_acquire) : NULL;
}

/* An error takes a quarter of a page, which the usual way must not cost. */
__attribute__((noinline)) static const execz_function *
look_up(ez_modules *modules, const ez_body *body, ez_outcome *outcome)
{
    execz_error err = EXECZ_ERROR_INIT;
    const execz_function *function = resolve(modules, body->task, body->resolved, &err);

    if (function == NULL) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%s", err.message);
    }
    return function;
}

static void
run_function(ez_modules *modules, const ez_body *body, ez_outcome *outcome)
{
    const execz_function *function = known(body->resolved);

    if (function == NULL) {
        function = look_up(modules, body, outcome);
    }
    if (function != NULL) {
        ez_call_function(function, body, outcome);
    }
}

bool
ez_body_is_coroutine(void *modules, const execz_task *task, _Atomic(const void *) *resolved)
{
    const execz_function *function = known(resolved);

    if (task->kind != EXECZ_TASK_FUNCTION && task->kind != EXECZ_TASK_COROUTINE) {
        return false;
    }
    if (function == NULL) {
        execz_error err = EXECZ_ERROR_INIT; /* the run will say it */

        function = resolve(modules, task, resolved, &err);
    }
    return function != NULL && function->kind == EXECZ_TASK_COROUTINE;
}

void
ez_body_run(void *modules, const ez_body *body, ez_outcome *outcome)
{
    if (ez_interrupt_raised(body->interrupt)) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_CANCELLED, "cancelled before it started");
        outcome->exit_status = -1;
        return;
    }
    switch (body->task->kind) {
    case EXECZ_TASK_FUNCTION:
    case EXECZ_TASK_COROUTINE:
        run_function(modules, body, outcome);
        break;
    case EXECZ_TASK_COMMAND:
        ez_command_run(body, outcome);
        break;
    case EXECZ_TASK_PAYLOAD:
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR,
                       "a payload has no body that could be run here: only an executor with "
                       "EXECZ_CAP_PAYLOAD understands it, and executor '%s' asked for a body",
                       body->executor);
        break;
    default:
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR,
                       "task kind %u is not known here; it needs a newer execz", body->task->kind);
        break;
    }
}

/* Those of a task were checked when it was added, these by nobody. */
static bool
check_args(const execz_task *task, execz_error *err)
{
    ez_args args;
    bool good;

    ez_args_init(&args, task);
    good = ez_args_parse(&args);
    if (!good) {
        ez_fail(err, EXECZ_E_FAIL, "%s: %s", task->id, args.error);
    }
    ez_args_deinit(&args);
    return good;
}

execz_status
ez_body_call_for(void *modules, const ez_body_caller *caller, const char *function,
                 const char *args, execz_error *err)
{
    execz_error why = EXECZ_ERROR_INIT;
    const execz_function *found = ez_modules_resolve(modules, function, &why);
    execz_task task = {.size = sizeof task,
                       .kind = EXECZ_TASK_FUNCTION,
                       .id = function,
                       .name = function,
                       .function = function,
                       .args = args,
                       .args_length = args != NULL ? strlen(args) : 0};
    ez_interrupt never;
    ez_body body = {.task = &task,
                    .run_time = ez_clock_now(ez_clock_system()),
                    .deadline = EXECZ_TIME_NEVER,
                    .deadline_monotonic = EXECZ_NO_DEADLINE,
                    .attempt = 1,
                    .executor = caller->executor,
                    .interrupt = &never,
                    .log = caller->log,
                    .log_user = caller->log_user};
    ez_outcome outcome = {0};
    execz_status status = EXECZ_OK;

    if (found == NULL) {
        return ez_fail_code(err, why.status, why.code, "%s", why.message);
    }
    if (!check_args(&task, err)) {
        return EXECZ_E_FAIL;
    }
    ez_interrupt_init(&never);
    ez_call_function(found, &body, &outcome);
    if (outcome.outcome != EXECZ_OUTCOME_OK) {
        status = ez_fail(err, EXECZ_E_FAIL, "%s: %s", function, outcome.message);
    }
    ez_outcome_clear(&outcome);
    ez_interrupt_deinit(&never);
    return status;
}
