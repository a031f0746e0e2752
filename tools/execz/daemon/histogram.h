/* SPDX-License-Identifier: MIT */
/* How durations are spread, counted by one thread and read by any. */
#ifndef EZ_DAEMON_HISTOGRAM_H
#define EZ_DAEMON_HISTOGRAM_H

#include <stdatomic.h>

#include <glib.h>

#include <execz/types.h>

#define EZ_HISTOGRAM_BOUNDS 16

typedef struct ez_histogram {
    atomic_uint_fast64_t counts[EZ_HISTOGRAM_BOUNDS + 1]; /* the last: beyond all bounds */
    atomic_int_fast64_t sum;                              /* nanoseconds */
} ez_histogram;

/* [one thread at a time] */
void ez_histogram_add(ez_histogram *self, execz_duration duration);

/* Appends its samples: NAME_bucket, NAME_sum and NAME_count, in seconds.  [any-thread] */
void ez_histogram_append(const ez_histogram *self, const char *name, GString *out);

/* How a number of seconds is written, without the locale and without digits that say nothing. */
void ez_histogram_append_seconds(GString *out, execz_duration duration);

#endif
