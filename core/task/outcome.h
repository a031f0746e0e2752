/* SPDX-License-Identifier: MIT */
/* How one run time ended, with its texts owned. */
#ifndef EZ_TASK_OUTCOME_H
#define EZ_TASK_OUTCOME_H

#include <glib.h>

#include <execz/plugin.h>

/* In its first 64 bytes what a plain run needs. */
typedef struct ez_outcome {
    uint32_t outcome; /* EXECZ_OUTCOME_*; 0: none yet */
    int32_t exit_status;
    int32_t signal;
    uint32_t measured; /* the figures from output_dropped on were set; 0: they are 0 */
    execz_time run_time;
    execz_time started;
    execz_time finished;
    char *message; /* owned, as the next two; NULL: none */
    char *value;
    char *output;
    size_t value_length; /* of what is there */
    size_t output_length;
    uint64_t output_dropped;
    execz_duration cpu_user; /* of a process; 0: not known */
    execz_duration cpu_system;
    uint64_t max_rss;            /* in bytes */
    struct ez_output *gathering; /* owned; of what is still coming to output; NULL: none */
} ez_outcome;

/* The longest value or output an executor may report; a longer one is left out. */
#define EZ_OUTCOME_TEXT_MAX (UINT64_C(1) << 30)

void ez_outcome_clear(ez_outcome *self);

/* Sets outcome and message; the message may be NULL. */
void ez_outcome_set(ez_outcome *self, uint32_t outcome, const char *format, ...) EXECZ_PRINTF(3, 4);

/* A view of self in the ABI's terms; its texts live as long as self. */
void ez_outcome_view(const ez_outcome *self, execz_result *result_out);

/* Copies what an executor reported, min(size) of it, texts included. */
void ez_outcome_copy(ez_outcome *self, const execz_result *result);

#endif
