/* SPDX-License-Identifier: MIT */
/* Calls itself otherwise than its file. */
#include <execz/function.h>

EXECZ_MODULE("other", "1.0.0");

EXECZ_FUNCTION(noop, "Does nothing")
{
    (void)call;
    return EXECZ_OK;
}
