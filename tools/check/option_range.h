/* SPDX-License-Identifier: MIT */
/* The values of an option at which a plugin is likeliest to stumble. */
#ifndef EZ_CHECK_OPTION_RANGE_H
#define EZ_CHECK_OPTION_RANGE_H

#include <stdbool.h>

#include <execz/option.h>

/* The least or the greatest value that it allows; NULL if it has no such end.  Caller frees. */
char *ez_option_end(const execz_option *option, bool upper);

/* All that it allows, if it is a choice or a truth; else none.  Caller frees with g_strfreev(). */
char **ez_option_choices(const execz_option *option);

#endif
