/* SPDX-License-Identifier: MIT */
/* A task: what runs, where, and by which policy.  Immutable; shared by reference between the store,
 * the scheduler and the runs in flight.
 *
 * A scheduler may hold a million of them, most of them idle.  So what a task has in common with
 * others, its plan and its schedule, is kept once for all of them; and what executors see of it is
 * there only while runs of it are in flight. */
#ifndef EZ_TASK_TASK_H
#define EZ_TASK_TASK_H

#include <glib.h>

#include "task/plan.h"
#include "task/schedule.h"

/* What tasks are made of, each kept once; NULL: each task has its own. */
typedef struct ez_task_tables {
    ez_intern_table *plans;
    ez_intern_table *schedules;
} ez_task_tables;

/* A task as executors see it. */
typedef struct ez_task_view {
    execz_task abi;
    ez_plan *plan;  /* owned; what is not the task's own in abi is of this */
    char apart[64]; /* what workers read is not to share a cache line with what the loop writes */
    struct ez_task *task; /* [loop] whose view it is */
    guint in_flight; /* [loop] runs that hold the task, all together by one of its references */
    struct ez_task_view *next; /* of those that are free */
} ez_task_view;

/* Views that nobody needs just now: the next ones.  [loop] */
typedef struct ez_task_views {
    ez_task_view *free; /* owned; not more than go with the runs of some batches */
    guint n;
} ez_task_views;

typedef struct ez_task {
    ez_plan *plan;         /* owned, as the next */
    ez_schedule *schedule; /* when it runs */
    ez_task_view *view;    /* owned; NULL while none of its runs is in flight */
    guint references;      /* atomic */
    bool has_name, has_args;
    char id[]; /* and behind it its name and its arguments, if it has them */
} ez_task;

/* Checks spec and copies it.  NULL with err filled if anything is wrong with it. */
ez_task *ez_task_new(const execz_task_spec *spec, const ez_task_defaults *defaults,
                     const ez_task_tables *tables, execz_error *err);

ez_task *ez_task_ref(ez_task *self);
void ez_task_unref(ez_task *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_task, ez_task_unref)

/* For people; its id if it has no other. */
const char *ez_task_name(const ez_task *self);

/* A JSON object; NULL: none. */
const char *ez_task_args(const ez_task *self);

/* One more run is in flight: what executors see is there until as many have ended.  [loop] */
void ez_task_begin_run(ez_task *self, ez_task_views *views);
void ez_task_end_run(ez_task *self, ez_task_views *views);
void ez_task_views_deinit(ez_task_views *self);

/* The task's trigger, its phase counted from anchor. */
ez_trigger *ez_task_make_trigger(const ez_task *self, execz_time anchor, execz_error *err);

/* Whether text can be the id of a task or the alias of an executor. */
bool ez_task_check_id(const char *what, const char *id, execz_error *err);

#endif
