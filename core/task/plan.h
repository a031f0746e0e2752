/* SPDX-License-Identifier: MIT */
/* What tasks have in common that differ in id, name, arguments and schedule alone: what they run,
 * where, and by which policy.  Of a million tasks as a rule very few plans are made. */
#ifndef EZ_TASK_PLAN_H
#define EZ_TASK_PLAN_H

#include <stdbool.h>

#include <execz/task.h>

#include "base/intern.h"
#include "task/retry.h"

#define EZ_DEFAULT_EXECUTOR "default" /* alias of the executor of tasks that name none */

/* What a task takes from its scheduler where its spec leaves it open. */
typedef struct ez_task_defaults {
    const char *timezone;
    execz_duration misfire_grace_time;
    uint32_t max_instances;
    uint32_t coalesce;
    uint32_t overlap;
    uint32_t overlap_limit;
} ez_task_defaults;

/* Fixed but for the last two.  Arrays and texts lie behind it in the same block. */
typedef struct ez_plan {
    ez_interned interned;           /* first */
    execz_task abi;                 /* as executors see it, without what is the task's own */
    const char *executor;           /* alias */
    uint32_t coalesce;              /* EXECZ_COALESCE_LATEST or _NONE */
    uint32_t overlap;               /* EXECZ_OVERLAP_SKIP, _QUEUE or _REPLACE */
    uint32_t overlap_limit;         /* of QUEUE, 1 or more */
    uint32_t delivery;              /* EXECZ_DELIVERY_AT_MOST_ONCE or _AT_LEAST_ONCE */
    uint32_t origin;                /* EXECZ_ORIGIN_* */
    ez_retry_policy *retry;         /* owned; NULL: one attempt */
    bool found;                     /* [loop] its function was found, and its kind is known */
    _Atomic(const void *) resolved; /* its function, once it was found; of the function layer */
} ez_plan;

/* The plan of a spec, which is checked apart from what is not in a plan.  NULL with err filled if
 * anything is wrong with it.  table may be NULL. */
ez_plan *ez_plan_get(ez_intern_table *table, const execz_task_spec *spec,
                     const ez_task_defaults *defaults, execz_error *err);

ez_plan *ez_plan_ref(ez_plan *self);
void ez_plan_unref(ez_plan *self);

#endif
