/* SPDX-License-Identifier: MIT */
/* Whether a run time that has failed is attempted again, and when. */
#ifndef EZ_TASK_RETRY_H
#define EZ_TASK_RETRY_H

#include <stdbool.h>

#include "task/outcome.h"

#include <execz/task.h>

typedef struct ez_retry_policy {
    uint32_t max_attempts;
    uint32_t on; /* EXECZ_RETRY_ON_* */
    execz_duration delay;
    execz_duration max_delay;
    uint32_t factor; /* percent */
    uint32_t jitter; /* percent */
    uint32_t n_never;
    int32_t never[];
} ez_retry_policy;

/* Checks what spec says about attempts; err says what is wrong. */
bool ez_retry_check(const execz_task_spec *spec, execz_error *err);

/* The policy of a checked spec, for g_free(); NULL if it says nothing of attempts. */
ez_retry_policy *ez_retry_policy_new(const execz_task_spec *spec);

/* The way back. */
void ez_retry_policy_get_spec(const ez_retry_policy *self, execz_task_spec *spec);

/* Whether the end of that attempt, 1 for the first, is not to be the last. */
bool ez_retry_applies(const ez_retry_policy *self, uint32_t attempt, const ez_outcome *outcome);

/* How long after the end of that attempt the next one begins; seed: the same gives the same. */
execz_duration ez_retry_delay(const ez_retry_policy *self, uint32_t attempt, uint64_t seed);

#endif
