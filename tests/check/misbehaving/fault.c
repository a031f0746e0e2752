/* SPDX-License-Identifier: MIT */
/* The one file that is compiled for each fault, and the one more symbol of a plugin that exports it. */
#include "plugin.h"

const enum fault the_fault = FAULT;

#ifdef STRAY
EXECZ_EXPORT int stray(void);
int
stray(void)
{
    return 1;
}
#endif
