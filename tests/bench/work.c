/* SPDX-License-Identifier: MIT */
/* The function module that worker processes load. */
#include <execz/function.h>

#include <unistd.h>

EXECZ_MODULE("work", EXECZ_VERSION);

EXECZ_FUNCTION(nothing, "Does nothing")
{
    (void)call;
    return EXECZ_OK;
}

EXECZ_FUNCTION(pid, "The process it runs in")
{
    return execz_return(call, "%ld", (long)getpid());
}
