/* SPDX-License-Identifier: MIT */
#define ALIAS "undefined_symbol"
#include "body.h"

extern int execz_test_nobody_defines_this(void);
extern int (*const execz_test_use)(void);
int (*const execz_test_use)(void) = execz_test_nobody_defines_this;
