/* SPDX-License-Identifier: MIT */
/* Starts a command's process: which program, in which surroundings. */
#ifndef EZ_FUNCTION_SPAWN_H
#define EZ_FUNCTION_SPAWN_H

#include "function/environment.h"

#include <sys/types.h>

#define EZ_SPAWN_STACK 8192

typedef enum ez_step {
    EZ_STEP_SESSION,
    EZ_STEP_SIGNALS,
    EZ_STEP_FILES,
    EZ_STEP_DIRECTORY,
    EZ_STEP_PROGRAM
} ez_step;

/* What the child works off in our memory, beside us. */
typedef struct ez_plan {
    char **candidates; /* owned */
    char *const *argv;
    char *const *environment;
    const char *cwd;
    int output_fd;

    /* Written by the child. */
    ez_step step;
    int error; /* of that step; 0: it became the program, or was killed on the way */
} ez_plan;

typedef struct ez_process {
    pid_t pid;
    int pidfd; /* owned, close-on-exec; -1: none */
    ez_plan plan;
} ez_process;

/* Starts body's command, with stdin from /dev/null and output_fd (3 or more) as stdout and stderr,
 * as the leader of a session and process group of its own.  Nothing else is inherited: no
 * descriptor, no blocked, ignored or pending signal.
 *
 * Does not wait until the process has become the program: until it has written something or ended,
 * self and all arguments but output_fd stay as they are.  stack has EZ_SPAWN_STACK bytes, aligned
 * as malloc() does. */
execz_status ez_spawn_start(ez_process *self, const ez_body *body,
                            const ez_environment *environment, int output_fd, char *stack,
                            execz_error *err);

/* When the process has ended: whether it had become the program, and if not, why. */
execz_status ez_spawn_check(const ez_process *self, const ez_body *body,
                            const ez_environment *environment, execz_error *err);

void ez_spawn_deinit(ez_process *self);

/* From now on no command is started in this process; what is being started has been when this
 * returns.  For who is about to end all that were. */
void ez_spawn_close(void);

#endif
