/* SPDX-License-Identifier: MIT */
/* The shortest form, for an ABI that this execz does not speak. */
#define execz_abi execz_abi_of_today
#include "plain.c"
#undef execz_abi

EXECZ_EXPORT uint32_t execz_abi(void);

uint32_t
execz_abi(void)
{
    return EXECZ_ABI_MAKE(2, 3);
}
