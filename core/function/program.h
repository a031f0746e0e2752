/* SPDX-License-Identifier: MIT */
/* Which file a command runs, and why it cannot be run. */
#ifndef EZ_FUNCTION_PROGRAM_H
#define EZ_FUNCTION_PROGRAM_H

#include "function/environment.h"

/* What exec(2) is to try, one after another, from the command's working directory: argv[0] if that
 * has a slash, else its namesakes in the PATH that the command will have.  To be freed with
 * g_strfreev(). */
char **ez_program_candidates(const char *name, const ez_environment *environment);

/* Why none of them could be run, as errno says; always fails. */
execz_status ez_program_explain(const execz_task *task, const ez_environment *environment,
                                int error, execz_error *err);

#endif
