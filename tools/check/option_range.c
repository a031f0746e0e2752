/* SPDX-License-Identifier: MIT */
#include "option_range.h"

#include "plugin/option_value.h"

#include <string.h>

#include <glib.h>

/* "1" and "1000" of "1..1000". */
char *
ez_option_end(const execz_option *option, bool upper)
{
    const char *dots = strstr(option->allowed, "..");
    const char *at = dots == NULL ? NULL : (upper ? dots + 2 : option->allowed);
    size_t length = at == NULL ? 0 : (upper ? strlen(at) : (size_t)(dots - at));

    return length == 0 || !ez_option_is_number(option) ? NULL : g_strndup(at, length);
}

char **
ez_option_choices(const execz_option *option)
{
    if (option->type == EXECZ_OPTION_CHOICE) {
        return g_strsplit(option->allowed, "|", -1);
    }
    return g_strsplit(option->type == EXECZ_OPTION_BOOL ? "yes|no" : "", "|", -1);
}
