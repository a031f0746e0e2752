/* SPDX-License-Identifier: MIT */
/* Places where a test has the process die or a step fail, by name; a release build has none.
 *
 *     EXECZ_FAILPOINT=NAME=ACTION[:N]     at the Nth pass of NAME, and with 0 at each of them; 1 by default
 *
 * ACTION is kill (SIGKILL: as by kill -9) or error (the step reports a failure). */
#ifndef EZ_BASE_FAILPOINT_H
#define EZ_BASE_FAILPOINT_H

#include <stdbool.h>

#define EZ_FAILPOINT_VARIABLE "EXECZ_FAILPOINT"

#ifdef NDEBUG
static inline bool
ez_failpoint(const char *name)
{
    (void)name;
    return false;
}
#else
/* Whether the step of this name is to fail now.  [any-thread] */
bool ez_failpoint(const char *name);
#endif

#endif
