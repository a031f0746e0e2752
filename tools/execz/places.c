/* SPDX-License-Identifier: MIT */
#include "places.h"

#include <unistd.h>

#include <glib.h>

char *
ez_places_config(void)
{
    const char *directory = geteuid() == 0 ? "/etc" : g_get_user_config_dir();
    g_autofree char *path = g_build_filename(directory, "execz", "execz.conf", NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS) ? g_steal_pointer(&path) : NULL;
}

char *
ez_places_state_dir(void)
{
    const char *named = g_getenv("EXECZ_STATE_DIR");

    if (named != NULL && named[0] != '\0') {
        return g_canonicalize_filename(named, NULL);
    }
    return geteuid() == 0 ? g_strdup("/var/lib/execz")
                          : g_build_filename(g_get_user_state_dir(), "execz", NULL);
}
