/* SPDX-License-Identifier: MIT */
/* Crashes when it is loaded. */
#define VERSION "4.0.0"
#include "generation.h"

__attribute__((constructor)) static void
crash(void)
{
    __builtin_trap();
}
