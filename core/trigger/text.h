/* SPDX-License-Identifier: MIT */
/* Reads a trigger from its text form, one line. */
#ifndef EZ_TRIGGER_TEXT_H
#define EZ_TRIGGER_TEXT_H

#include "trigger/trigger.h"

/* What a trigger takes from its surroundings when its text does not say it. */
typedef struct ez_trigger_defaults {
    const char *timezone; /* IANA name; NULL: UTC */
    execz_time anchor;    /* an interval without start_at counts from here, usually "now" */
} ez_trigger_defaults;

/* Reads text, e.g. "interval(hours=6, start_at=2027-01-01T00:00:00Z)".  On failure *column_out, if
 * wanted, is the column of the mistake, counted in bytes from 1. */
execz_status ez_trigger_parse(const char *text, const ez_trigger_defaults *defaults,
                              ez_trigger **trigger_out, size_t *column_out, execz_error *err);

#endif
