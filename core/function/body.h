/* SPDX-License-Identifier: MIT */
/* What runs a task's body: the one function an executor's host is given. */
#ifndef EZ_FUNCTION_BODY_H
#define EZ_FUNCTION_BODY_H

#include "task/body.h"

/* Runs body on the calling thread: a function of modules (an ez_modules) or a command.  outcome is
 * empty before.  An ez_body_function.  [worker] */
void ez_body_run(void *modules, const ez_body *body, ez_outcome *outcome);

/* Whether task's function is a coroutine; it is looked up if need be, and kept in resolved (of the
 * task; NULL: nowhere), so that its runs need not.  false also if there is no such function.
 * [any-thread] */
bool ez_body_is_coroutine(void *modules, const execz_task *task, _Atomic(const void *) *resolved);

/* Calls "module:name" outside of any run on behalf of caller, with args (a JSON object; NULL: none).
 * Its waits block the calling thread, its result is dropped.  EXECZ_E_FAIL with its words in err if
 * it failed; if there is no such function as ez_modules_resolve().  [worker] */
execz_status ez_body_call_for(void *modules, const ez_body_caller *caller, const char *function,
                              const char *args, execz_error *err);

#endif
