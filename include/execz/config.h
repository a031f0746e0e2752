/* SPDX-License-Identifier: MIT */
/**
 * execz/config.h -- a scheduler from a configuration file; docs/CONFIG.md describes the format.
 */
#ifndef EXECZ_CONFIG_H
#define EXECZ_CONFIG_H

#include <execz/query.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One thing that is wrong in a configuration; valid during the call. */
typedef struct execz_problem {
    uint32_t size;
    uint32_t line;   /* from 1; 0: not in a file */
    uint32_t column; /* bytes from 1; 0: the whole line or file */
    uint32_t reserved;
    const char *file;    /* NULL: not in a file */
    const char *code;    /* stable code of the cause, or "" */
    const char *message; /* what, why, and what to do; may have several lines */
} execz_problem;

/** Hears of each problem, in the order of their places.  [setup] */
typedef void (*execz_problem_function)(void *user, const execz_problem *problem);

/**
 * Reads a configuration with its drop-ins and makes the scheduler it describes, stopped.  All
 * problems are reported, not only the first.  Options that the file sets win over options.
 *
 * @path      of the file; drop-ins are PATH.d/ *.conf beside it, in the order of their names
 * @options   NULL: all defaults
 * @problem   NULL: nobody listens
 *
 * NULL with EXECZ_E_CONFIG in err if there was any problem; EXECZ_E_IO if the file cannot be read.
 * [setup]
 */
EXECZ_API execz_scheduler *execz_scheduler_new_from_file(const char *path,
                                                         const execz_scheduler_options *options,
                                                         execz_problem_function problem, void *user,
                                                         execz_error *err);

/**
 * What a configuration says about the socket at which a program is to listen to commands, as `execz
 * start` does: [scheduler] socket, an absolute path, to be freed with free().  NULL if it says nothing,
 * or cannot be read.  [any-thread]
 */
EXECZ_API char *execz_config_get_socket(const char *path);

/** One setting of a configuration that is none of a task; valid during the call. */
typedef struct execz_setting_info {
    uint32_t size;
    /* 1: of an executor, and one with another value may take its place while its runs end */
    uint32_t reloadable;
    const char *section; /* "scheduler", "defaults", "executor:cpu", "store:default" */
    const char *key;
    const char
        *value; /* as it was written, but of an executor as it is handed to it: paths absolute */
    const char *written; /* as it was written; NULL: not at all, value is its default or NULL */
} execz_setting_info;

/** Hears of each setting. */
typedef void (*execz_setting_function)(void *user, const execz_setting_info *setting);

/**
 * Tells what a configuration says beside tasks.  Of an executor the type is told always, as its key
 * "type", and if its plugin is there all of that plugin's options, also those that are not written.
 * What is wrong is left to execz_scheduler_new_from_file().  EXECZ_E_IO if the file cannot be read.
 * [any-thread]
 */
EXECZ_API execz_status execz_config_list_settings(const char *path, execz_setting_function setting,
                                                  void *user, execz_error *err);

/** Settings by dotted keys, e.g. {"myapp.executors.default.type", "threadpool"}. */
typedef struct execz_dictionary {
    const execz_pair *pairs; /* n of them; of several with one key the last one holds */
    size_t n;
    const char *prefix; /* keys that begin otherwise are none of ours; NULL: "" */
} execz_dictionary;

/**
 * Makes the scheduler that a dictionary describes, stopped.  Behind the prefix keys are
 *
 *     timezone, name, plugin_path ...          as in [scheduler]; scheduler.timezone is the same
 *     task_defaults.KEY, or defaults.KEY       as in [defaults]
 *     executors.ALIAS.KEY, stores.ALIAS.KEY    as in [executor:ALIAS] and [store:ALIAS]
 *     tasks.ID.KEY                             as in [task:ID]
 *
 * and values those of the file.  Of what is set in task_defaults only max_instances, coalesce and
 * misfire_grace_time are for tasks that are added later, too.  Relative paths start in the current
 * directory.  A problem's file is the key that it is about, with the prefix, its line is 0; the rest
 * is as in execz_scheduler_new_from_file().  [setup]
 */
EXECZ_API execz_scheduler *execz_scheduler_new_from_pairs(const execz_dictionary *dictionary,
                                                          const execz_scheduler_options *options,
                                                          execz_problem_function problem,
                                                          void *user, execz_error *err);

/**
 * Changes single fields of a task, given as keys of [task:ID] and their values: what is not named
 * stays.  env.NAME and option.NAME are added to what there is; with another of function, command
 * and shell, what was for the old one goes.  The rest is as in execz_scheduler_put_task().
 *
 *     execz_pair changes[] = {{"every", "10m"}, {"timeout", "30s"}};
 *     execz_scheduler_update_task(scheduler, "backup", changes, 2, &err);
 *
 * EXECZ_E_NOT_FOUND if there is no such task; EXECZ_E_CONFIG if anything is wrong, with all of it in
 * err, and then nothing has changed.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_update_task(execz_scheduler *self, const char *id,
                                                   const execz_pair *changes, size_t n,
                                                   execz_error *err);

/**
 * Adds a task that is given in the same way.  What they leave open is left to the scheduler's
 * defaults; of [defaults] only what these have.  The rest is as in execz_scheduler_add_task().
 *
 * EXECZ_E_CONFIG if anything is wrong, with all of it in err; EXECZ_E_EXISTS.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_add_task_from_pairs(execz_scheduler *self, const char *id,
                                                           const execz_pair *pairs, size_t n,
                                                           execz_error *err);

/**
 * Tells what would come of it, and changes nothing: of execz_scheduler_update_task() if there is a task
 * of that id, else of execz_scheduler_add_task_from_pairs().
 *
 * @spec  hears of the task as it would be; NULL: nobody
 *
 * Errors as theirs.  [any-thread]
 */
EXECZ_API execz_status execz_scheduler_check_task(execz_scheduler *self, const char *id,
                                                  const execz_pair *pairs, size_t n,
                                                  execz_spec_function spec, void *user,
                                                  execz_error *err);

#ifdef __cplusplus
}
#endif
#endif
