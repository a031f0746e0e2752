/* SPDX-License-Identifier: MIT */
/* The values that say how runs of a task overlap, how often they are attempted, and what becomes of
 * them after a crash. */
#ifndef EZ_CONFIG_POLICY_H
#define EZ_CONFIG_POLICY_H

#include "config/value.h"

/* Each reads entry into *out, which is untouched on failure; false if that is reported. */

/* Two numbers: EXECZ_OVERLAP_*, and the limit of a queue. */
bool ez_policy_read_overlap(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out);

/* EXECZ_COALESCE_*; EXECZ_DELIVERY_*. */
bool ez_policy_read_coalesce(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out);
bool ez_policy_read_delivery(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out);

/* A set of EXECZ_RETRY_ON_*. */
bool ez_policy_read_outcomes(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out);

/* A factor of 1 or more in percent; a share in percent. */
bool ez_policy_read_factor(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out);
bool ez_policy_read_share(const ez_reading *reading, const ez_ini_entry *entry, uint32_t *out);

/* A list of numbers, which the arena keeps. */
typedef struct ez_status_list {
    const int32_t *statuses;
    uint64_t n;
} ez_status_list;

bool ez_policy_read_statuses(const ez_reading *reading, const ez_ini_entry *entry,
                             ez_status_list *out);

#endif
