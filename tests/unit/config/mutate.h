/* SPDX-License-Identifier: MIT */
/* Damages texts at random, the same way each time, and checks places. */
#ifndef EZ_TEST_CONFIG_MUTATE_H
#define EZ_TEST_CONFIG_MUTATE_H

#include "base/report.h"

uint64_t next_random(uint64_t *state);

/* Changes, removes or inserts something. */
void mutate(GString *text, uint64_t *state);

/* Is there such a line and column, or the end of such a line, in text? */
bool is_inside(const char *text, size_t length, ez_place place);

#endif
