/* SPDX-License-Identifier: MIT */
/* Ends whoever loads it, as if all were well. */
#define VERSION "5.0.0"
#include "generation.h"

#include <stdlib.h>

__attribute__((constructor)) static void
leave(void)
{
    exit(0);
}
