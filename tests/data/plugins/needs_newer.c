/* SPDX-License-Identifier: MIT */
#define ALIAS "needs_newer"
#define ABI_MINOR 9
#define NEEDS_MINOR 9
#include "body.h"
