/* SPDX-License-Identifier: MIT */
/**
 * execz/isolation.h -- the life of a plugin host, for the program execz-plugin-host alone.
 *
 * An executor with `isolation = process` has that program started by the scheduler.  It lies beside
 * libexecz and is installed with it.
 */
#ifndef EXECZ_ISOLATION_H
#define EXECZ_ISOLATION_H

#include <execz/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Runs the plugin that the scheduler behind descriptor 3 names and descriptor 4 holds, until that
 * scheduler ends it or is gone.  Returns what the program exits with.
 * [setup]
 */
EXECZ_API int execz_plugin_host_run(void);

/**
 * Loads the plugin file at an absolute path, as the scheduler would; what is wrong with it goes to
 * stdout.  Returns what the program exits with: 0 if it can be loaded.
 * [setup]
 */
EXECZ_API int execz_plugin_host_probe(const char *path);

#ifdef __cplusplus
}
#endif
#endif
