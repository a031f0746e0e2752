/* SPDX-License-Identifier: MIT */
#define ALIAS "missing_entry"
#define NO_ENTRY
#include "body.h"

extern int execz_test_stray(void);
extern int (*const execz_test_use)(void);
int (*const execz_test_use)(void) = execz_test_stray;
