/* SPDX-License-Identifier: MIT */
/* The runs of a trigger, for previews. */
#ifndef EZ_TOOL_RUNS_H
#define EZ_TOOL_RUNS_H

#include <stdbool.h>

#include <glib.h>

#include <execz/trigger.h>

#define EZ_RUNS_FROM_MAX INT64_C(9214646399) /* seconds since 1970: 2261-12-31T23:59:59Z */
#define EZ_RUNS_COUNT_MAX 10000              /* runs of one preview */
#define EZ_RUNS_SEARCHES_MAX 5000            /* each at most 1 ms; more are given up */

/* What a preview has found. */
typedef struct ez_runs_found {
    GArray *times;          /* owned, of execz_time, increasing */
    bool exhausted;         /* nothing comes behind them */
    bool gave_up;           /* the search for one more took too long ... */
    execz_time searched_to; /* ... and has come this far */
} ez_runs_found;

/* The first count run times at or after from. */
ez_runs_found ez_runs_find(const execz_trigger *trigger, execz_time from, unsigned count);
void ez_runs_found_clear(ez_runs_found *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ez_runs_found, ez_runs_found_clear)

/* Reads seconds since 1970, with a fraction or without, or a point in time like
 * "2027-01-31T09:00:00" in a time zone, NULL for UTC.  Up to the end of 2261. */
bool ez_runs_parse_from(const char *text, const char *timezone, execz_time *out, execz_error *err);

/* Whether a text was refused for the time zone that was given beside it: then err tells no more than
 * what is wrong with that. */
bool ez_runs_blame_timezone(execz_error *err);

/* Seconds since 1970 with as many digits of the fraction as needed.  Caller frees. */
char *ez_runs_epoch_text(execz_time time);

#endif
