/* SPDX-License-Identifier: MIT */
/* Needs a symbol that nobody has. */
#include <execz/function.h>

extern int execz_test_missing_symbol(void);

EXECZ_MODULE("undefined", "1.0.0");

EXECZ_FUNCTION(never, "Cannot be loaded")
{
    (void)call;
    return execz_test_missing_symbol();
}
