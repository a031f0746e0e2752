/* SPDX-License-Identifier: MIT */
/* What of ours is measured: the rows of each subject. */
#ifndef TESTS_BENCH_SUBJECTS_H
#define TESTS_BENCH_SUBJECTS_H

#include "bench.h"

extern const bench_table threadpool_rows;
extern const bench_table asyncio_rows;
extern const bench_table processpool_rows;
extern const bench_table command_rows;
extern const bench_table trigger_rows;
extern const bench_table scheduler_rows;
extern const bench_table list_rows;
extern const bench_table isolation_rows;
extern const bench_table durable_rows;

#endif
