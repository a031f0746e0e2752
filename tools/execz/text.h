/* SPDX-License-Identifier: MIT */
/* Times, durations and other people's bytes as text; and did-you-mean. */
#ifndef EZ_TOOL_TEXT_H
#define EZ_TOOL_TEXT_H

#include <stdbool.h>

#include <glib.h>

#include <execz/types.h>

/* "; did you mean "x"? for the candidate nearest to text, "" if none is near.  Caller frees. */
char *ez_text_did_you_mean(const char *text, const char *const *candidates, size_t n);

/* Reads NUMBER UNIT, one or more: "3s", "1h 30m", "500ms"; a bare number counts seconds.
 * False if it is none, or longer than 100 years. */
bool ez_text_parse_duration(const char *text, execz_duration *out);

/* A duration as people say it, three digits or so: "340 us", "1.2 s", "2h 5m".  Caller frees. */
char *ez_text_duration(execz_duration duration);

/* "2027-01-31 09:00:00.000" in the local time zone.  Caller frees. */
char *ez_text_local_time(execz_time time);

/* "2027-01-31T09:00:00.000000000Z".  Caller frees. */
char *ez_text_utc_time(execz_time time);

/* Reads a time as ez_text_utc_time() writes it, with any number of digits behind the second or none. */
bool ez_text_parse_utc_time(const char *text, execz_time *out);

/* text in lines of at most width characters, broken at blanks, indent blanks before each.  Caller
 * frees. */
char *ez_text_wrap(const char *text, int width, int indent);

/* Appends text, valid UTF-8, with everything that could move a cursor made visible; a line feed
 * starts a new line with indent before it. */
void ez_text_append_safe(GString *line, const char *text, size_t length, const char *indent);

#endif
