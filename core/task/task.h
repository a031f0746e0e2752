/* SPDX-License-Identifier: MIT */
/* A task: what runs, where, and by which policy.  Immutable; shared by reference between the store,
 * the scheduler and the runs in flight. */
#ifndef EZ_TASK_TASK_H
#define EZ_TASK_TASK_H

#include <glib.h>

#include <execz/task.h>

#include "trigger/trigger.h"

/* What a task takes from its scheduler where its spec leaves it open. */
typedef struct ez_task_defaults {
    const char *timezone;
    execz_duration misfire_grace_time;
    uint32_t max_instances;
    uint32_t coalesce;
    uint32_t overlap;
    uint32_t overlap_limit;
} ez_task_defaults;

typedef struct ez_task {
    execz_task abi;       /* as executors see it; first, so that one pointer is both */
    const char *executor; /* alias */
    const char *trigger;  /* text */
    const char *timezone;
    uint32_t coalesce;              /* EXECZ_COALESCE_LATEST or _NONE */
    uint32_t overlap;               /* EXECZ_OVERLAP_SKIP, _QUEUE or _REPLACE */
    uint32_t overlap_limit;         /* of QUEUE, 1 or more */
    _Atomic(const void *) resolved; /* its function, once it was found; of the function layer */
    guint references;               /* atomic */
    GStringChunk *texts;            /* owned; all texts and arrays above lie in it */

    char apart[64];  /* what workers read is not to share a cache line with what the loop writes */
    guint in_flight; /* [loop] runs that hold it, all together by one of the references */
} ez_task;

/* Checks spec and copies it.  NULL with err filled if anything is wrong with it. */
ez_task *ez_task_new(const execz_task_spec *spec, const ez_task_defaults *defaults,
                     execz_error *err);

ez_task *ez_task_ref(ez_task *self);
void ez_task_unref(ez_task *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_task, ez_task_unref)

/* The task's trigger, its phase counted from anchor. */
ez_trigger *ez_task_make_trigger(const ez_task *self, execz_time anchor, execz_error *err);

/* Whether text can be the id of a task or the alias of an executor. */
bool ez_task_check_id(const char *what, const char *id, execz_error *err);

#endif
