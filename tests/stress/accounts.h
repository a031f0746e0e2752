/* SPDX-License-Identifier: MIT */
/* What stress_kill leaves behind: whether every run time is accounted for. */
#ifndef EZ_TESTS_STRESS_ACCOUNTS_H
#define EZ_TESTS_STRESS_ACCOUNTS_H

#include <execz/types.h>

#define TASKS 10 /* t0 to t9; the first half is at-most-once */
#define INTERVAL (200 * EXECZ_MILLISECOND)

/* Says what is wrong, and counts it. */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A file of this test; caller frees. */
char *path_of(const char *name);

/* Compares the witness with the history, and both with the schedule. */
void accounts_check(void);

#endif
