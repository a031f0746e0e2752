/* SPDX-License-Identifier: MIT */
#include "control/address.h"

#include "control/fault.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Caller frees; NULL if there is none. */
static char *
runtime_directory(void)
{
    const char *named = g_getenv("XDG_RUNTIME_DIR");
    g_autofree char *usual = g_strdup_printf("/run/user/%u", (unsigned)geteuid());
    struct stat is;

    if (geteuid() == 0) {
        return g_strdup("/run");
    }
    if (named != NULL && g_path_is_absolute(named)) {
        return g_strdup(named);
    }
    return lstat(usual, &is) == 0 && S_ISDIR(is.st_mode) && is.st_uid == geteuid()
               ? g_steal_pointer(&usual)
               : NULL;
}

char *
ez_address_find(const char *given, execz_error *err)
{
    const char *named = given != NULL ? given : g_getenv(EZ_ADDRESS_VARIABLE);
    g_autofree char *directory = NULL;
    g_autofree char *path = NULL;

    if (named != NULL && named[0] != '\0') {
        path = g_canonicalize_filename(named, NULL);
    } else {
        directory = runtime_directory();
        if (directory == NULL) {
            ez_fault_set(err, EXECZ_E_NOT_FOUND,
                         "there is no runtime directory for the socket: XDG_RUNTIME_DIR is not set "
                         "and /run/user/%u is not there; give the socket's path as --socket PATH",
                         (unsigned)geteuid());
            return NULL;
        }
        path = g_build_filename(directory, "execz", "execz.sock", NULL);
    }
    if (strlen(path) > EZ_ADDRESS_MAX) {
        ez_fault_set(err, EXECZ_E_LIMIT,
                     "the socket's path has %zu bytes, and the limit is %d: %s; give a shorter one "
                     "as --socket PATH",
                     strlen(path), EZ_ADDRESS_MAX, path);
        return NULL;
    }
    return g_steal_pointer(&path);
}

struct sockaddr_un
ez_address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    return address;
}
