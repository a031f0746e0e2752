/* SPDX-License-Identifier: MIT */
/* What the tests of commands share: a body that runs one, and a folder of its own. */
#ifndef EZ_TESTS_FUNCTION_COMMANDS_H
#define EZ_TESTS_FUNCTION_COMMANDS_H

#include "fixture.h"

extern fixture f;
extern char folder[]; /* a fresh one for each test */

/* Before and after each test. */
void commands_setup(void);
void commands_teardown(void);

/* message NULL: there is none. */
void expect_outcome(uint32_t outcome, const char *message);

/* Runs script, which has to end well, and tells its output. */
const char *output_of(const char *script);

/* Runs program without arguments. */
void run_argv(const char *program);

/* From here on this process ignores that signal. */
void commands_ignore(int signal_number);

#endif
