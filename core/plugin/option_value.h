/* SPDX-License-Identifier: MIT */
/* One value of one declared option: its type and what the option allows. */
#ifndef EZ_PLUGIN_OPTION_VALUE_H
#define EZ_PLUGIN_OPTION_VALUE_H

#include <stdbool.h>

#include "plugin/codes.h"

#include <execz/plugin.h>

/* INT, BOOL, DURATION or SIZE: has a number besides its text. */
bool ez_option_is_number(const execz_option *option);

/* Does text suit option?  Writes the number of a numeric option to number_out.  The error neither
 * names the option nor quotes the value of a SECRET one.  The option's texts are terminated. */
execz_status ez_option_check(const execz_option *option, const char *text, int64_t *number_out,
                             execz_error *err);

/* Is `allowed` a text that this type of option understands? */
execz_status ez_option_check_allowed(const execz_option *option, execz_error *err);

#endif
