/* SPDX-License-Identifier: MIT */
/* A task's spec as JSON: what answers show of it, and by which two are compared. */
#ifndef EZ_DAEMON_SPEC_H
#define EZ_DAEMON_SPEC_H

#include <stdbool.h>

#include <jansson.h>

#include <execz/task.h>

/* All fields, named as the keys of [task:ID]; durations in seconds. */
json_t *ez_spec_json(const execz_task_spec *spec);

#endif
