/* SPDX-License-Identifier: MIT */
/* Starts a command's process: which program, in which surroundings. */
#ifndef EZ_FUNCTION_SPAWN_H
#define EZ_FUNCTION_SPAWN_H

#include "task/body.h"

#include <sys/types.h>

/* The environment of body's command: ours, the task's, and the facts of the run; to be freed with
 * g_strfreev().  NULL if an entry of the task's is no NAME=value. */
char **ez_spawn_environment(const ez_body *body, execz_error *err);

/* Starts body's command, with stdin from /dev/null and output_fd as stdout and stderr, as the
 * leader of a session and process group of its own.  Nothing else is inherited: no descriptor, no
 * blocked or ignored signal. */
execz_status ez_spawn_command(const ez_body *body, int output_fd, pid_t *pid_out, execz_error *err);

#endif
