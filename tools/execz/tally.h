/* SPDX-License-Identifier: MIT */
/* How the runs of a session ended. */
#ifndef EZ_TOOL_TALLY_H
#define EZ_TOOL_TALLY_H

#include <execz/event.h>

typedef struct ez_tally {
    uint64_t ended[EXECZ_OUTCOME_LOST + 1]; /* by EXECZ_OUTCOME_* */
    uint64_t refused;                       /* for max_instances */
    uint64_t coalesced;
} ez_tally;

void ez_tally_count(ez_tally *self, const execz_event *event);

/* "12 runs: 11 ok, 1 error".  Caller frees. */
char *ez_tally_text(const ez_tally *self);

#endif
