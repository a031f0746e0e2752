/* SPDX-License-Identifier: MIT */
/**
 * execz/extension.h -- further tables that a host may have, asked for by name: host->extension().
 *
 * What only some executors need, and not each host can offer.  A table never changes; one that has
 * to gets another number behind its name.  Part of the ABI; <execz/plugin.h> includes it.
 */
#ifndef EXECZ_EXTENSION_H
#define EXECZ_EXTENSION_H

#include <execz/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the host offers; see <execz/plugin.h>. */
typedef struct execz_host execz_host;

/** An executor that lives on the scheduler's own loop. */
#define EXECZ_EXTENSION_LOOP "execz.loop/1"
typedef struct execz_loop_ext {
    uint32_t size;
    uint32_t reserved;
    /**
     * Calls function(argument) on the loop whenever fd is readable (an epoll or timer descriptor
     * as well), until unwatch().  One function for each fd; EXECZ_E_EXISTS, EXECZ_E_IO.  [loop]
     */
    execz_status (*watch)(const execz_host *host, int32_t fd, void (*function)(void *),
                          void *argument);
    /** Ends that, also from inside function.  [loop] */
    void (*unwatch)(const execz_host *host, int32_t fd);
} execz_loop_ext;

/** Task functions outside of a run, for initialisers. */
#define EXECZ_EXTENSION_FUNCTION "execz.function/1"
typedef struct execz_function_ext {
    uint32_t size;
    uint32_t reserved;
    /**
     * Calls the function "module:name" with args, a JSON object or NULL, on this thread.  Anything
     * but EXECZ_OK: it was not found or has failed, and err says why.  [worker]
     */
    execz_status (*call)(const execz_host *host, const char *function, const char *args,
                         execz_error *err);
} execz_function_ext;

/** Ends of runs that the loop can see by itself, without being woken. */
#define EXECZ_EXTENSION_LINGER "execz.linger/1"
typedef struct execz_lingerer {
    uint32_t size;
    uint32_t reserved;
    /** The loop is about to wait awake, for microseconds: 0 if there is nothing to look at now, and
     * then neither of the others is called.  [loop] */
    int (*begin)(void *user);
    /** Takes what there is, and finishes it; whether there was any.  [loop] */
    int (*look)(void *user);
    /** The wait is over: from here on the loop has to be woken.  [loop] */
    void (*end)(void *user);
    void *user;
} execz_lingerer;
typedef struct execz_linger_ext {
    uint32_t size;
    uint32_t reserved;
    /**
     * Has the loop look before it sleeps, while few runs are in flight; see <execz/linger.h>.
     *
     * @lingerer  copied, in the place of the one before; NULL: none any more
     *
     * EXECZ_E_LIMIT if too many executors do so already: then all works as before, but slower.
     * EXECZ_E_INVAL if its size is too small or a function is missing.
     * From start() to destroy(), and NULL before user is freed.  [loop] or [setup]
     */
    execz_status (*set)(const execz_host *host, const execz_lingerer *lingerer);
} execz_linger_ext;

/** Where files are. */
#define EXECZ_EXTENSION_PATHS "execz.paths/1"
typedef struct execz_paths_ext {
    uint32_t size;
    uint32_t reserved;
    /** The plugin's own file, absolute; valid as long as the host.  [any-thread] */
    const char *(*plugin_file)(const execz_host *host);
    /** The directories of function modules that the configuration adds, ":" between.  [any-thread] */
    const char *(*function_path)(const execz_host *host);
} execz_paths_ext;

#ifdef __cplusplus
}
#endif
#endif
