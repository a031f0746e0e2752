/* SPDX-License-Identifier: MIT */
/* What scheduler and plugin host say to each other, and how tasks and results lie in it. */
#ifndef EZ_ISOLATION_PARCEL_H
#define EZ_ISOLATION_PARCEL_H

#include "isolation/stream.h"

#include <glib.h>

#include <execz/plugin.h>

/* Of both ends; they are installed together and refuse any other. */
#define EZ_PARCEL_VERSION 2u

/* Scheduler to plugin host. */
#define EZ_PARCEL_START 1u    /* an ez_parcel_start: always the first */
#define EZ_PARCEL_RUN 2u      /* an ez_parcel_run */
#define EZ_PARCEL_CANCEL 3u   /* u64 run */
#define EZ_PARCEL_SHUTDOWN 4u /* u32 flags, i64 deadline */
#define EZ_PARCEL_END 5u      /* destroy the executor and go */

/* Plugin host to scheduler. */
#define EZ_PARCEL_READY 20u  /* it is started */
#define EZ_PARCEL_FAILED 21u /* an error: it is not, and the plugin host goes */
/* u64: so many parcels of the scheduler are dealt with, in all; u32 workers, busy, queued. */
#define EZ_PARCEL_REPORT 22u
#define EZ_PARCEL_INLINE 23u  /* the loop of the plugin host is in a body, and lives */
#define EZ_PARCEL_BEGUN 25u   /* u64 run, i64 run time */
#define EZ_PARCEL_FINISH 26u  /* u64 run, u32 n, n results */
#define EZ_PARCEL_REFUSED 27u /* u64 run, an error: it did not take it */
#define EZ_PARCEL_LOG 28u     /* u32 level, text */

typedef struct ez_parcel_start {
    const char *alias;
    const char *path; /* of the plugin, for people: its bytes come as a descriptor */
    const char *part; /* the plugin's own alias for it */
    const char *function_path;
    uint32_t log_level;
    execz_duration patience;   /* for a call of the plugin; 0: no limit */
    const execz_pair *options; /* owned by whoever reads it, n_options of them */
    uint32_t n_options;
} ez_parcel_start;

typedef struct ez_parcel_run {
    execz_run run;
    uint32_t attempt;
    uint32_t source;
    execz_time submitted;
    uint32_t wants_started; /* somebody wants to know when it begins */
    uint32_t n;
    execz_time times[EXECZ_RUN_TIMES_MAX];
    execz_task task;     /* its texts are the frame's */
    GPtrArray *pointers; /* owned; what its arrays are made of */
} ez_parcel_run;

/* Each writes a frame of its own. */
void ez_parcel_put_start(ez_stream *self, const ez_parcel_start *start);
void ez_parcel_put_run(ez_stream *self, const ez_parcel_run *run);

/* The rest of a frame; false if it is spoilt, or holds more than that. */
bool ez_parcel_take_start(ez_frame *self, ez_parcel_start *start_out);
/* pointers is the reader's, and kept from one to the next. */
bool ez_parcel_take_run(ez_frame *self, ez_parcel_run *run_out);

/* Within a frame.  A value or output with which the frame would be too long is left out. */
void ez_parcel_put_result(ez_stream *self, const execz_result *result);
void ez_parcel_take_result(ez_frame *self, execz_result *result_out);
void ez_parcel_put_error(ez_stream *self, const execz_error *err);
void ez_parcel_take_error(ez_frame *self, execz_error *err);

#endif
