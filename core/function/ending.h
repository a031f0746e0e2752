/* SPDX-License-Identifier: MIT */
/* How a command ended: its status and usage, and in words why and how it was stopped. */
#ifndef EZ_FUNCTION_ENDING_H
#define EZ_FUNCTION_ENDING_H

#include "task/body.h"

typedef struct ez_ending {
    int32_t reason;     /* why it was stopped: a negative errno; 0: it was not */
    bool killed;        /* it did not end on TERM */
    uint32_t n_killed;  /* of its tree, itself included */
    uint32_t n_refused; /* of its tree, which could not be killed */
    char *unsearched;   /* owned; why nobody was looked for outside of its group; NULL: they were */
} ez_ending;

/* Reaps the process and fills outcome, but for its output. */
void ez_ending_reap(const ez_ending *self, const execz_task *task, int pidfd, ez_outcome *outcome);

#endif
