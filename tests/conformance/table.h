/* SPDX-License-Identifier: MIT */
/* What the two halves of the host share. */
#ifndef TESTS_CONFORMANCE_TABLE_H
#define TESTS_CONFORMANCE_TABLE_H

#include "host.h"

#include <time.h>

extern const execz_host host_table;

int64_t read_clock(clockid_t clock);

/* The declared option of this name; NULL if there is none. */
const execz_option *find_option(const host *self, const char *name);

#endif
