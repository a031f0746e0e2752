/* SPDX-License-Identifier: MIT */
/* Built for a later minor version of the ABI than ours, which it needs. */
#include <execz/function.h>

const execz_module *
execz_module_entry(uint32_t host_abi)
{
    static const execz_module module = {EXECZ_MODULE_MAGIC,
                                        sizeof(execz_module),
                                        EXECZ_ABI_MAKE(1, 40),
                                        EXECZ_ABI_MAKE(1, 33),
                                        "newer_abi",
                                        "1.0.0",
                                        NULL,
                                        NULL};

    (void)host_abi;
    return &module;
}
