/* SPDX-License-Identifier: MIT */
/* Starts a command's process: which program, in which surroundings. */
#ifndef EZ_FUNCTION_SPAWN_H
#define EZ_FUNCTION_SPAWN_H

#include "function/environment.h"

#include <sys/types.h>

typedef struct ez_process {
    pid_t pid;
    int pidfd; /* of the caller, close-on-exec */
} ez_process;

/* Starts body's command, with stdin from /dev/null and output_fd (3 or more) as stdout and stderr,
 * as the leader of a session and process group of its own.  Nothing else is inherited: no
 * descriptor, no blocked, ignored or pending signal.  A process that could not become the program
 * is gone when this returns. */
execz_status ez_spawn_command(const ez_body *body, const ez_environment *environment, int output_fd,
                              ez_process *process_out, execz_error *err);

#endif
