/* SPDX-License-Identifier: MIT */
/* Checks what an operator wrote against the options that a plugin declares. */
#ifndef EZ_PLUGIN_OPTIONS_H
#define EZ_PLUGIN_OPTIONS_H

#include "base/report.h"

#include <execz/plugin.h>

/* What was written, and where; all borrowed. */
typedef struct ez_options_source {
    const char *owner;    /* who the options are for, e.g. "executor 'cpu'" */
    ez_place place;       /* of the owner: where something that is missing belongs */
    const char *base_dir; /* absolute; relative paths start here */
    const ez_setting *settings;
    size_t n_settings;
} ez_options_source;

/* Checked and complete options; independent of schema and source. */
typedef struct ez_options ez_options;

/* Is the table itself sound: texts terminated, names unique, defaults allowed?  It comes from a
 * plugin, so anything is possible.  [any-thread] */
execz_status ez_options_check_schema(const execz_option *schema, size_t n, execz_error *err);

/* Adds every problem to report, each at its place; NULL if there was any.  [any-thread] */
ez_options *ez_options_check(const execz_option *schema, size_t n, const ez_options_source *source,
                             ez_report *report);
void ez_options_free(ez_options *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_options, ez_options_free)

/* The text after defaults; paths are absolute.  NULL if not declared, or neither set nor with a
 * default.  Valid as long as self. */
const char *ez_options_get(const ez_options *self, const char *name);

/* The value of an INT, BOOL, DURATION or SIZE.  EXECZ_E_NOT_FOUND if it has none (or is not
 * declared), EXECZ_E_INVAL if it has another type. */
execz_status ez_options_get_i64(const ez_options *self, const char *name, int64_t *value_out);

/* The options that have a text, in the order of the schema; for a task's own options. */
size_t ez_options_count(const ez_options *self);
const execz_pair *ez_options_pairs(const ez_options *self);

#endif
