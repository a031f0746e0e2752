/* SPDX-License-Identifier: MIT */
/* What holds for every trigger, whatever its text. */
#ifndef EZ_TESTS_FUZZ_INVARIANTS_H
#define EZ_TESTS_FUZZ_INVARIANTS_H

#include "trigger/text.h"

/* The surroundings of all texts. */
extern const ez_trigger_defaults fuzz_defaults;

/* The zone of the surroundings is read once, not by each text. */
void fuzz_hold_zone(void);

/* The bytes as a text; NULL if they are none.  Caller frees. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Checks what was read of a text, or that the mistake in it was told; takes the trigger. */
void fuzz_check(const char *text, execz_status status, ez_trigger *trigger, size_t column,
                const execz_error *err);

#endif
