/* SPDX-License-Identifier: MIT */
/* The table that an executor under check is given: each function notes what the plugin does, and
 * then calls that of the real host. */
#ifndef EZ_CHECK_TAP_H
#define EZ_CHECK_TAP_H

#include "executor/host.h"

#include "fault.h"

struct ez_bed;
typedef struct ez_sent ez_sent;

/* Starts allowed in one process: a table is never used again, so that who uses one too late is
 * found. */
enum { EZ_TAPS = 1024 };

typedef struct ez_tap {
    ez_host host; /* first: the plugin's pointer is ours */
    struct ez_bed *bed;
    atomic_bool gone;  /* destroy() has returned */
    atomic_int blocks; /* of realloc(), not yet freed */
} ez_tap;

/* A fresh tap around a host of bed. */
ez_tap *ez_tap_new(struct ez_bed *bed, ez_executor *executor, const char *alias,
                   const ez_options *options);

/* destroy() has returned. */
void ez_tap_end(ez_tap *self);

/* Notes that a run was finished inside of send_task(), which then refused it. */
void ez_tap_note_refused(const ez_sent *sent);

/* What this thread has spent in host->execute() and host->work(). */
int64_t ez_tap_time_in_bodies(void);

#endif
