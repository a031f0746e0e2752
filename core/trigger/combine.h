/* SPDX-License-Identifier: MIT */
/* Triggers made of triggers: what `or` and `and` have in common. */
#ifndef EZ_TRIGGER_COMBINE_H
#define EZ_TRIGGER_COMBINE_H

#include "trigger/kind.h"

typedef struct ez_combination {
    ez_trigger base;
    GPtrArray *children; /* owned ez_trigger, at least one, in the order of the text */
} ez_combination;

/* Makes a zeroed combination of size bytes of the text name(trigger, ...). */
execz_status ez_combination_build(ez_build *build, const ez_syntax_call *call,
                                  const ez_trigger_kind *kind, size_t size, ez_trigger **self_out);

/* Whether self or something within it counts from when it was added. */
bool ez_combination_counts_from_anchor(const ez_trigger *self);

/* Refuses what is known to fire at no time between start_at and end_at of the whole.  Not what
 * counts from when it was added: that may once have been before the end. */
execz_status ez_combination_check_bounds(ez_build *build, const ez_syntax_call *call,
                                         const ez_trigger *self);

void ez_combination_format(const ez_trigger *self, GString *text);
void ez_combination_deinit(ez_trigger *self);

#endif
