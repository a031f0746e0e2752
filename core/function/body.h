/* SPDX-License-Identifier: MIT */
/* What runs a task's body: the one function an executor's host is given. */
#ifndef EZ_FUNCTION_BODY_H
#define EZ_FUNCTION_BODY_H

#include "task/body.h"

/* Runs body on the calling thread: a function of modules (an ez_modules) or a command.  outcome is
 * empty before.  An ez_body_function.  [worker] */
void ez_body_run(void *modules, const ez_body *body, ez_outcome *outcome);

#endif
