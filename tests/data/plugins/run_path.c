/* SPDX-License-Identifier: MIT */
#define ALIAS "run_path"
#include "body.h"

extern int execz_test_stray(void);
extern int (*const execz_test_use)(void);
int (*const execz_test_use)(void) = execz_test_stray;
