/* SPDX-License-Identifier: MIT */
/* Built for an ABI that is not ours. */
#include <execz/function.h>

const execz_module *
execz_module_entry(uint32_t host_abi)
{
    static const execz_module module = {EXECZ_MODULE_MAGIC,
                                        sizeof(execz_module),
                                        EXECZ_ABI_MAKE(7, 2),
                                        EXECZ_ABI_MAKE(7, 0),
                                        "wrong_abi",
                                        "1.0.0",
                                        NULL,
                                        NULL};

    (void)host_abi;
    return &module;
}
