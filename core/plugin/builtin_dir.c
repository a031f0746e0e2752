/* SPDX-License-Identifier: MIT */
#include "plugin/builtin_dir.h"

#include <glib.h>

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The path in one line of /proc/self/maps ("start-end mode offset device inode  path") if address
 * is in it. */
static const char *
path_in_line(const char *line, guint64 address)
{
    char *end = NULL;
    guint64 start = g_ascii_strtoull(line, &end, 16);

    if (*end != '-' || address < start || address >= g_ascii_strtoull(end + 1, &end, 16)) {
        return NULL;
    }
    return strchr(end, '/');
}

char *
ez_mapped_file(const void *address)
{
    g_autofree char *maps = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents("/proc/self/maps", &maps, NULL, NULL)) {
        return NULL;
    }
    lines = g_strsplit(maps, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        const char *path = path_in_line(*line, (guint64)(uintptr_t)address);

        if (path != NULL) {
            return g_strdup(path);
        }
    }
    return NULL;
}

/* The loader remembers a library by the name it was opened with, which may be relative to a working
 * directory of the past, and a program by what its caller wrote into argv[0]; to believe either
 * would be to let somebody else choose our plugins.  The kernel knows better, but adds "(deleted)"
 * to a file that an update has replaced, so a library's absolute name goes first. */
static char *
own_path(void)
{
    const void *self = (const void *)(uintptr_t)own_path;
    struct link_map *map = NULL;
    Dl_info facts;
    char *real;
    char *path;

    if (dladdr1(self, &facts, (void **)&map, RTLD_DL_LINKMAP) == 0 || map->l_name[0] != '/') {
        return ez_mapped_file(self);
    }
    real = realpath(map->l_name, NULL);
    path = g_strdup(real == NULL ? map->l_name : real);
    free(real);
    return path;
}

char *
ez_builtin_dir(void)
{
    g_autofree char *path = own_path();
    g_autofree char *parent = path == NULL ? NULL : g_path_get_dirname(path);

    return parent == NULL ? NULL : g_build_filename(parent, EZ_PLUGIN_SUBDIR, NULL);
}

char *
ez_plugin_host_path(void)
{
    g_autofree char *plugins = ez_builtin_dir();
    g_autofree char *parent = plugins == NULL ? NULL : g_path_get_dirname(plugins);

    return parent == NULL ? NULL : g_build_filename(parent, "execz-plugin-host", NULL);
}
