/* SPDX-License-Identifier: MIT */
/* How results are told: a table for people, or one JSON object a line. */
#ifndef TESTS_BENCH_REPORT_H
#define TESTS_BENCH_REPORT_H

#include "bench.h"

/* What stands above the table. */
void report_head(uint32_t rounds);

/* One line of the table. */
void report_row(const bench_result *result);

/* {"name","ours","peer","peer_value","unit","better","ratio"}, and what the medians are taken from:
 * "rounds","ours_range","peer_range"; {"name","skipped"} if ours could not be measured, "note" beside
 * it if only the peer could not.  What is not there is null. */
void report_json(const bench_result *result);

#endif
