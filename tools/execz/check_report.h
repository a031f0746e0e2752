/* SPDX-License-Identifier: MIT */
/* How the checks of a plugin went: for people, as JSON, and as JUnit has it. */
#ifndef EZ_TOOL_CHECK_REPORT_H
#define EZ_TOOL_CHECK_REPORT_H

#include "checker.h"

/* What was made, and what of it came out how often. */
typedef struct ez_check_tally {
    unsigned n[EZ_N_CHECK_VERDICTS];
    unsigned all;
    execz_duration took;
} ez_check_tally;

/* The results that have a part in it; the others were not asked for. */
ez_check_tally ez_check_tally_of(const GPtrArray *results);

/* All about one check that has failed or has an advice. */
void ez_check_report_finding(const ez_checker *checker, const ez_check_result *result);

/* A line for the whole, at the end. */
void ez_check_report_tally(const GPtrArray *results);

json_t *ez_check_report_json(const ez_checker *checker, const GPtrArray *results);

/* Writes the file; false: message_out says why not, caller frees. */
bool ez_check_report_junit(const ez_checker *checker, const GPtrArray *results, const char *path,
                           char **message_out);

/* "passed", "failed", "advice", "skipped" or "blocked". */
const char *ez_check_verdict_name(ez_check_verdict verdict);

#endif
