/* SPDX-License-Identifier: MIT */
/* What a program asks about its tasks: taken with the lock held, told without it. */
#ifndef EZ_SCHEDULER_QUERY_H
#define EZ_SCHEDULER_QUERY_H

#include <execz/query.h>

#include "scheduler/scheduler.h"

/* A filter as far as its caller knows it; NULL: one that everything passes. */
execz_status ez_query_read_filter(const execz_task_filter *filter, execz_task_filter *filter_out,
                                  execz_error *err);

bool ez_query_matches_locked(execz_scheduler *self, const execz_task_filter *filter,
                             ez_entry *entry);

#endif
