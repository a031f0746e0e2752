/* SPDX-License-Identifier: MIT */
/* A library, not a plugin: a plugin without an entry function must not be taken for this one. */
#include <execz/plugin.h>

int execz_test_stray(void);

EXECZ_EXPORT int
execz_test_stray(void)
{
    return 42;
}

const execz_plugin *
execz_plugin_entry(uint32_t host_abi)
{
    return NULL;
}
