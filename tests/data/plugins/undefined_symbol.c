/* SPDX-License-Identifier: MIT */
/* Calls a function that is nowhere; only when it is called, if the loader is lazy. */
#define ALIAS "undefined_symbol"
#include "body.h"

extern int execz_test_nobody_defines_this(void);
EXECZ_EXPORT int execz_test_call(void);

int
execz_test_call(void)
{
    return execz_test_nobody_defines_this();
}
