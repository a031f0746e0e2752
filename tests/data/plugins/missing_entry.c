/* SPDX-License-Identifier: MIT */
/* Uses the entry function of a library instead of defining its own. */
#define ALIAS "missing_entry"
#define NO_ENTRY
#include "body.h"

EXECZ_EXPORT const void *execz_test_call(void);

const void *
execz_test_call(void)
{
    return execz_plugin_entry(EXECZ_ABI);
}
