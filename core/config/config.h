/* SPDX-License-Identifier: MIT */
/* A configuration: what its files say, typed, checked, and with the places of everything. */
#ifndef EZ_CONFIG_CONFIG_H
#define EZ_CONFIG_CONFIG_H

#include "config/schema.h"
#include "plugin/catalog.h"
#include "plugin/options.h"

#include <execz/config.h>
#include <execz/task.h>

typedef struct ez_config_executor {
    const ez_section *section; /* borrowed, as all texts */
    const char *alias;
    ez_executor_settings settings;
    GArray *options;            /* of ez_setting, owned: as they were written */
    const ez_plugin_part *part; /* set by ez_config_check(): what it will be, borrowed from the
                                      catalog; NULL: not known, its options are not checked */
    ez_options *checked;        /* owned; NULL: not checked, or wrong */
} ez_config_executor;

typedef struct ez_config_store {
    const ez_section *section; /* borrowed; NULL: there is none */
    ez_store_settings settings;
    GArray *options;     /* of ez_setting, owned: as they were written; NULL: there is no section */
    ez_options *checked; /* owned; NULL: not checked, or wrong */
} ez_config_store;

typedef struct ez_config_task {
    const ez_section *section; /* borrowed, as all texts; the arena owns what is not a value */
    execz_task_spec spec;      /* complete, with what [defaults] say; no executor: "default" */
    GArray *options;           /* of ez_setting, owned: option.NAME, as they were written */
    ez_options *checked;       /* owned; NULL: not checked, or wrong */
} ez_config_task;

typedef struct ez_config {
    ez_document *document; /* owned, as all of these */
    GPtrArray *arena;      /* what texts and vectors live in */
    char *base_dir;        /* absolute; where relative paths start: the main file's directory */
    char *lock_path;       /* plugins.lock beside the main file; NULL: there is no file */
    ez_report *found;      /* problems in the order in which they were found */
    ez_report *problems;   /* the same in the order of the files; NULL: to be made */
    ez_scheduler_settings scheduler;
    bool has_log_level;
    const ez_ini_entry *jitter; /* in [defaults]; borrowed; NULL: none */
    execz_task_spec defaults;   /* what [defaults] say, the rest as in EXECZ_TASK_SPEC_INIT */
    ez_config_store store;
    GPtrArray *executors;     /* of ez_config_executor */
    GHashTable *executor_map; /* alias -> ez_config_executor */
    GPtrArray *tasks;         /* of ez_config_task */
} ez_config;

/* Reads path and its drop-ins and checks all that needs no plugin.  NULL with EXECZ_E_IO if path
 * cannot be read; any other problem is one of the configuration's. */
ez_config *ez_config_load(const char *path, execz_error *err);

/* The same, but its tasks are not read. */
ez_config *ez_config_load_head(const char *path, execz_error *err);

/* The same of pairs with dotted keys; relative paths start in the current directory. */
ez_config *ez_config_from_pairs(const execz_dictionary *dictionary);
void ez_config_free(ez_config *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_config, ez_config_free)

/* Checks what needs plugins: that each executor's is there, that it takes the options and the
 * tasks.  Once; the catalog is not scanned again as long as self may use it. */
void ez_config_check(ez_config *self, ez_catalog *catalog);

/* Lets go of the catalog, which may then be freed. */
void ez_config_forget_plugins(ez_config *self);

/* All problems so far in the order of their places; borrowed until the next check. */
ez_report *ez_config_problems(ez_config *self);

/* The options to hand on: the checked ones, else as they were written.  Caller frees the array. */
execz_pair *ez_config_pairs(const ez_options *checked, const GArray *options, size_t *n_out);

#endif
