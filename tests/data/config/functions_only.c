/* SPDX-License-Identifier: MIT */
/* Takes functions and no commands. */
#define ALIAS "functions_only"
#define CAPS EXECZ_CAP_FUNCTION
#define NO_OPTIONS
#include "../plugins/body.h"
