/* SPDX-License-Identifier: MIT */
/* Loads a configuration and shows everything that is wrong with it. */
#ifndef EZ_TOOL_PROBLEMS_H
#define EZ_TOOL_PROBLEMS_H

#include <stdbool.h>

#include <execz/config.h>

/* The scheduler of a file.  NULL if it has problems: then they are shown, "FILE:LINE:COLUMN: MESSAGE
 * [CODE]" on stderr or with json as lines of JSON on stdout, and after them how many there are and
 * what that means (consequence); *exit_out is what to exit with. */
execz_scheduler *ez_problems_load(const char *path, const execz_scheduler_options *options,
                                  bool json, const char *consequence, int *exit_out);

#endif
