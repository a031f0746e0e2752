/* SPDX-License-Identifier: MIT */
/* How people name a run that has ended: by its number, by the last digits of that, or as the last one of
 * its task, "backup#-1". */
#ifndef EZ_TOOL_RUN_NAME_H
#define EZ_TOOL_RUN_NAME_H

#include <stdbool.h>

#include "ask.h"

/* Is this a name of a run, and not of a task? */
bool ez_run_name_is_one(const char *name);

/* The number of the run; 0 if there is none, or several, which is said: then *exit_out is set. */
json_int_t ez_run_name_find(const char *socket, const char *name, int *exit_out);

#endif
