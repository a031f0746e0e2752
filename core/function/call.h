/* SPDX-License-Identifier: MIT */
/* Calls a function: arguments and result in JSON, messages, and what its return means. */
#ifndef EZ_FUNCTION_CALL_H
#define EZ_FUNCTION_CALL_H

#include "task/body.h"

#include <execz/function.h>

/* The largest result of a function, in bytes of JSON. */
#define EZ_RESULT_LENGTH_MAX (UINT64_C(16) * 1024 * 1024)
/* What is kept of a function's message, in bytes. */
#define EZ_MESSAGE_LENGTH_MAX (64 * 1024)

/* Calls function for body on this thread and fills outcome; outcome is empty before.  [worker] */
void ez_call_function(const execz_function *function, const ez_body *body, ez_outcome *outcome);

#endif
