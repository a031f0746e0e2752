/* SPDX-License-Identifier: MIT */
/**
 * execz/config.h -- a scheduler from a configuration file; docs/CONFIG.md describes the format.
 */
#ifndef EXECZ_CONFIG_H
#define EXECZ_CONFIG_H

#include <execz/scheduler.h>

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

#ifdef __cplusplus
}
#endif
#endif
