/* SPDX-License-Identifier: MIT */
/* Runs a command: a program in a session of its own, its output captured, stopped as a whole. */
#ifndef EZ_FUNCTION_COMMAND_H
#define EZ_FUNCTION_COMMAND_H

#include "task/body.h"

/* Runs the command of body's task, waits for its end and fills outcome; outcome is empty before.
 * [worker] */
void ez_command_run(const ez_body *body, ez_outcome *outcome);

#endif
