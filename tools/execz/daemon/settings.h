/* SPDX-License-Identifier: MIT */
/* What a configuration says beside tasks, compared with what is in use, and applied as far as that is
 * possible while the scheduler runs.
 *
 * An executor of which only reloadable options have changed is replaced: another one is started under its
 * alias, and what it runs goes on to its end.  Everything else waits for the next start. */
#ifndef EZ_DAEMON_SETTINGS_H
#define EZ_DAEMON_SETTINGS_H

#include <glib.h>
#include <jansson.h>

#include <execz/execz.h>

/* "[SECTION] KEY" -> its setting, both owned.  Empty if there is no such file. */
GHashTable *ez_settings_read(const char *config);

typedef struct ez_setting_changes ez_setting_changes;

/* What differs; before and after are borrowed as long as the changes. */
ez_setting_changes *ez_settings_compare(GHashTable *before, GHashTable *after);
void ez_setting_changes_free(ez_setting_changes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_setting_changes, ez_setting_changes_free)

/* Appends the names to the lists "executors" and "needs_restart" of result. */
void ez_setting_changes_tell(const ez_setting_changes *self, json_t *result);

/* Starts executors that are new or changed; and ends those that are gone.  [any-thread] */
execz_status ez_setting_changes_put(const ez_setting_changes *self, execz_scheduler *scheduler,
                                    execz_error *err);
void ez_setting_changes_remove(const ez_setting_changes *self, execz_scheduler *scheduler);

/* What is in use once they are applied, as ez_settings_read() gives it. */
GHashTable *ez_setting_changes_used(const ez_setting_changes *self);

#endif
