/* SPDX-License-Identifier: MIT */
/* What execz doctor has found, and the parts of it that look. */
#ifndef EZ_TOOL_DOCTOR_H
#define EZ_TOOL_DOCTOR_H

#include <stdbool.h>

#include "ask.h"

typedef struct ez_findings {
    json_t *list; /* owned; of {"finding": ..., "mend": ...} */
} ez_findings;

/* Adds one. */
void ez_find(ez_findings *self, const char *mend, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* A task in quarantine. */
void ez_doctor_find_quarantined(ez_findings *self, const char *task, const char *reason);

/* The store of the scheduler that runs, which says this of it; with retry tasks are taken out of
 * quarantine first.  Returns EZ_EXIT_*. */
int ez_doctor_look_at_store(ez_findings *self, const char *socket, const json_t *store, bool retry);

/* No scheduler runs: configuration and store themselves; NULL: the usual ones. */
void ez_doctor_look_offline(ez_findings *self, const char *config, const char *state_dir);

#endif
