/* SPDX-License-Identifier: MIT */
/* The store of a scheduler: a plugin of the kind execz.store/1, its options, and its life.
 *
 *     new -> open -> load -> commit, commit ... -> free
 *
 * The plugin is found when the store is made, and loaded when it is opened.  A scheduler without one
 * keeps its tasks in memory. */
#ifndef EZ_STORE_STORE_H
#define EZ_STORE_STORE_H

#include <execz/history.h>
#include <execz/store.h>

#include "base/clock.h"
#include "base/log.h"
#include "plugin/lock.h"
#include "plugin/options.h"
#include "store/batch.h"

typedef struct ez_store ez_store;

/* What a store is made of; the first three live longer than it, the others are copied. */
typedef struct ez_store_parts {
    const ez_clock *clock;
    const ez_log *log;
    const ez_lock *lock; /* which files may be run; NULL: all that are trusted */
    const char *state_dir;
    const char *path; /* of the plugin's file */
    const ez_plugin_part *part;
} ez_store_parts;

/* Checks its options; what is wrong with them is added to report, and then the result is NULL. */
ez_store *ez_store_new(const ez_store_parts *parts, const ez_options_source *options,
                       ez_report *report);

/* Closes it if it is open.  NULL is fine. */
void ez_store_free(ez_store *self);

/* The plugin's alias for it; the directory it is in. */
const char *ez_store_type(const ez_store *self);
const char *ez_store_directory(const ez_store *self);

/* Takes its directory, loads the plugin and opens it. */
execz_status ez_store_open(ez_store *self, execz_error *err);
bool ez_store_is_open(const ez_store *self);

/* As if it had not been opened. */
void ez_store_close(ez_store *self);

/* As in execz_store_ops. */
execz_status ez_store_load(ez_store *self, execz_store_task_function task,
                           execz_store_occurrence_function occurrence, void *user,
                           execz_error *err);
execz_status ez_store_commit(ez_store *self, ez_batch *batch, execz_error *err);
execz_status ez_store_quarantined(ez_store *self, execz_store_task_function task, void *user,
                                  execz_error *err);
execz_status ez_store_check(ez_store *self, execz_error *err);

/* As execz_scheduler_history() promises; filter is whole and was checked. */
execz_status ez_store_history(ez_store *self, const execz_history_filter *filter,
                              execz_history_function record, void *user, execz_error *err);

#endif
