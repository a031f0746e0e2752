/* SPDX-License-Identifier: MIT */
/* Applies a configuration that has changed to the scheduler that runs.
 *
 * What the file said last about each task is kept, and compared with what it says now.  So a task that is
 * the same in both is not touched, whatever was done to it by hand meanwhile; one that the file does not know
 * (any more, or never did) goes if it once came from there, and stays if it did not.  Runs go on. */
#ifndef EZ_DAEMON_RELOAD_H
#define EZ_DAEMON_RELOAD_H

#include <stdbool.h>

#include <jansson.h>

#include <execz/execz.h>

typedef struct ez_reloader ez_reloader;

/* For a scheduler that was made of the file, before it is started.  config: NULL if there is none. */
ez_reloader *ez_reloader_new(execz_scheduler *scheduler, const char *config);
void ez_reloader_free(ez_reloader *self);

/* Reads the file and applies it, or with dry_run only says what it would do.
 * {"added": [...], "changed": [...], "removed": [...], "unchanged": N: tasks,
 *  "executors": [...]: those that came, changed or went,
 *  "needs_restart": [...]: settings that are in use as they were, "[scheduler] timezone"}
 * NULL with EXECZ_E_CONFIG and all problems in err if it is wrong; then nothing has changed.
 * [any-thread] */
json_t *ez_reloader_apply(ez_reloader *self, bool dry_run, execz_error *err);

/* What it did as one line for people: "tasks: 2 added, 1 changed, 0 removed, 17 as before".  Caller frees. */
char *ez_reload_text(const json_t *result);

#endif
