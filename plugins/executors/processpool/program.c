/* SPDX-License-Identifier: MIT */
/* Where execz-worker is: PREFIX/lib/execz/execz-worker beside PREFIX/lib/execz/plugins-1, so that a
 * build tree, an installed tree and a moved one all work. */
#include "pool.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "execz-worker"

/* The plugin's own file, absolute.  The loader may know it under another name only. */
static const char *
own_file(const execz_host *host)
{
    Dl_info facts;
#ifdef EXECZ_EXTENSION_PATHS
    const execz_paths_ext *paths =
        (const execz_paths_ext *)host->extension(host, EXECZ_EXTENSION_PATHS);

    if (paths != NULL) {
        return paths->plugin_file(host);
    }
#endif
    (void)host;
    return dladdr((const void *)(uintptr_t)own_file, &facts) != 0 ? facts.dli_fname : NULL;
}

/* FOLDER/../execz-worker for the file FOLDER/NAME; NULL if out of memory. */
static char *
beside(const char *file)
{
    char real[PATH_MAX];
    char *slash, *path = NULL;

    if (file == NULL || realpath(file, real) == NULL || (slash = strrchr(real, '/')) == NULL) {
        return strdup(PROGRAM);
    }
    *slash = '\0';
    return asprintf(&path, "%s/../" PROGRAM, real) < 0 ? NULL : path;
}

execz_status
program_find(const execz_base *base, char **program_out, execz_error *err)
{
    const char *option = base->host->option(base->host, "worker");
    char *path =
        option != NULL && option[0] != '\0' ? strdup(option) : beside(own_file(base->host));
    char *real = path == NULL ? NULL : realpath(path, NULL);

    if (real == NULL || access(real, X_OK) != 0) {
        execz_error_set(err, EXECZ_E_NOT_FOUND,
                        "the worker program %s is not there or cannot be run; it is installed "
                        "with the plugin, and option 'worker' names another place",
                        path == NULL ? PROGRAM : path);
        free(real);
        free(path);
        return EXECZ_E_NOT_FOUND;
    }
    free(path);
    *program_out = real;
    return EXECZ_OK;
}
