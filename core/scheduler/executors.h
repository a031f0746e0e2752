/* SPDX-License-Identifier: MIT */
/* How executors are made, for whoever puts one in the place of another. */
#ifndef EZ_SCHEDULER_EXECUTORS_H
#define EZ_SCHEDULER_EXECUTORS_H

#include "scheduler/scheduler.h"

/* The usable file of an executor's type, an alias or a path; NULL with err.  With catalog_lock held,
 * which makes the result valid. */
const ez_plugin_file *ez_find_plugin(execz_scheduler *self, const char *type, execz_error *err);

/* What type, an alias or the path of the file, names there of this kind; NULL if nothing. */
const ez_plugin_part *ez_choose_part(const ez_plugin_file *file, const char *type,
                                     const char *kind);

/* NULL if the alias is unknown (err) or an option is wrong (report).  With catalog_lock held. */
ez_executor *ez_make_executor(execz_scheduler *self, const char *alias, const char *type,
                              const ez_options_source *options, ez_report *report,
                              execz_error *err);

/* Adds an executor whose plugin is not there yet, for the reason in why, as
 * execz_scheduler_add_executor() has told: its tasks are blocked until it comes.  [setup] */
void ez_scheduler_await_executor(execz_scheduler *self, const char *alias, const char *type,
                                 const execz_pair *options, size_t n_options,
                                 const execz_error *why);

/* A place for it, in no table yet; takes both. */
ez_executor_place *ez_place_new(ez_executor *executor, ez_wish *wish);

#endif
