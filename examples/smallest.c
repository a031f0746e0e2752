/* SPDX-License-Identifier: MIT */
#include <execz/function.h>

EXECZ_MODULE("smallest", "1.0.0");

EXECZ_FUNCTION(hello, "Greets somebody; argument: who")
{
    return execz_return(call, "\"hello, %s\"", execz_arg_string(call, "who", "world"));
}
