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

/* An anchor for a text that is only checked: its own text is as long as that of any other, and it
 * meets nothing that others meet at whole seconds. */
#define EZ_TRIGGER_CHECK_ANCHOR (INT64_C(946684800) * EXECZ_SECOND + 1)

/* All readers: *trigger_out is written only on success.  On failure *column_out, if wanted, is the
 * column of the mistake in text, counted in bytes from 1; the status is EXECZ_E_PARSE,
 * EXECZ_E_LIMIT for a text that is too long or nested too deep, or EXECZ_E_INVAL for an anchor that
 * cannot be told. */

/* Reads text, e.g. "interval(hours=6, start_at=2027-01-01T00:00:00Z)".  The grammar is in syntax.c.
 */
execz_status ez_trigger_parse(const char *text, const ez_trigger_defaults *defaults,
                              ez_trigger **trigger_out, size_t *column_out, execz_error *err);

/* Reads the length of an interval, e.g. "1h 30m", that counts from the anchor. */
execz_status ez_trigger_parse_every(const char *text, const ez_trigger_defaults *defaults,
                                    ez_trigger **trigger_out, size_t *column_out, execz_error *err);

/* Reads the fields of a crontab, e.g. "30 2 * * 1-5". */
execz_status ez_trigger_parse_cron(const char *text, const ez_trigger_defaults *defaults,
                                   ez_trigger **trigger_out, size_t *column_out, execz_error *err);

/* Reads the time of a date, e.g. "2027-01-01T09:00:00". */
execz_status ez_trigger_parse_at(const char *text, const ez_trigger_defaults *defaults,
                                 ez_trigger **trigger_out, size_t *column_out, execz_error *err);

#endif
