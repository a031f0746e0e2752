/* SPDX-License-Identifier: MIT */
/* Small values as people write them: whole numbers, truth, durations, sizes; and did-you-mean. */
#ifndef EZ_BASE_PARSE_H
#define EZ_BASE_PARSE_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

/* Each parser wants the whole text (blanks around it allowed) and describes what is wrong with it,
 * quoting the text; *out is written only on success. */

/* A decimal whole number with an optional sign. */
execz_status ez_parse_i64(const char *text, int64_t *out, execz_error *err);

/* yes/no, true/false, on/off, 1/0, in any case. */
execz_status ez_parse_bool(const char *text, bool *out, execz_error *err);

/* A duration >= 0: one or more NUMBER UNIT ("1h 30m", "1.5s", "500ms"), units ns us ms s m h d w
 * with their long names; a bare number counts seconds. */
execz_status ez_parse_duration(const char *text, execz_duration *out, execz_error *err);

/* A size in bytes >= 0: NUMBER with optional B, K, M, G, T (powers of 1024), KiB..TiB, kB..TB
 * (powers of 1000). */
execz_status ez_parse_size(const char *text, int64_t *out, execz_error *err);

/* The shortest text that ez_parse_duration() reads back, e.g. "1h 30m", "0s".  Caller frees. */
char *ez_format_duration(execz_duration duration);

/* RFC 3339 in UTC with as many digits of the fraction as needed, e.g. "2027-01-01T00:00:00Z".
 * EXECZ_TIME_NEVER is "never".  Caller frees. */
char *ez_format_time(execz_time time);

/* The candidate nearest to text by edit distance, near enough to be meant; NULL if none is.
 * Borrowed from candidates (n of them). */
const char *ez_nearest(const char *text, const char *const *candidates, size_t n);

#endif
