/* SPDX-License-Identifier: MIT */
#include "trigger/zone_name.h"

#include "base/error.h"
#include "base/parse.h"
#include "trigger/zone_file.h"

#include <glib.h>

#include <string.h>

static const char *
zone_directory(void)
{
    const char *directory = g_getenv("TZDIR");

    return directory != NULL && *directory != '\0' ? directory : "/usr/share/zoneinfo";
}

/* GLib would also open absolute paths, and "right/" zones count leap seconds, which execz_time does
 * not. */
static bool
is_zone_name(const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length > EZ_ZONE_NAME_MAX || *name == '/' || name[length - 1] == '/' ||
        strstr(name, "//") != NULL || g_str_has_prefix(name, "right/")) {
        return false;
    }
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/") ==
           length;
}

/* GLib reads a name without a file as an offset or a POSIX rule: "GMT+5" would quietly lie west. */
static ez_zone_file
look_for_file(const char *name)
{
    g_autofree char *path = g_build_filename(zone_directory(), name, NULL);

    return is_zone_name(name) ? ez_zone_file_look(path) : EZ_ZONE_FILE_NONE;
}

/* Adds the zone that one line of tzdata.zi ("Z NAME ...", "L TARGET NAME") or, with three columns,
 * of zone.tab ("CC COORDINATES NAME") tells. */
static void
add_zone_of_line(GPtrArray *names, const char *line, bool compact)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t", 4);
    guint n = g_strv_length(words);

    if (n == 0 || *words[0] == '#') {
        return;
    }
    if (compact && n >= 2 && strcmp(words[0], "Z") == 0) {
        g_ptr_array_add(names, g_strdup(words[1]));
    } else if (n >= 3 && (!compact || strcmp(words[0], "L") == 0)) {
        g_ptr_array_add(names, g_strdup(words[2]));
    }
}

static bool
add_zones_of_file(GPtrArray *names, const char *file_name, bool compact)
{
    g_autofree char *path = g_build_filename(zone_directory(), file_name, NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return false;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        add_zone_of_line(names, *line, compact);
    }
    return true;
}

/* The zone whose name is nearest to name; NULL if none is near or the machine has no list.  A place
 * alone ("kolkata") is enough to be understood.  Caller frees. */
static char *
nearest_zone(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *nearest;

    if (!add_zones_of_file(names, "tzdata.zi", true)) {
        add_zones_of_file(names, "zone.tab", false);
    }
    nearest = ez_nearest(name, (const char *const *)names->pdata, names->len);
    for (guint i = 0; nearest == NULL && i < names->len; i++) {
        const char *place = strrchr(names->pdata[i], '/');

        if (place != NULL && g_ascii_strcasecmp(place + 1, name) == 0) {
            nearest = names->pdata[i];
        }
    }
    return g_strdup(nearest);
}

execz_status
ez_zone_name_fail(const char *name, execz_error *err)
{
    g_autofree char *nearest = NULL;

    if (look_for_file(name) == EZ_ZONE_FILE_BROKEN) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "time zone '%s': %s/%s is cut off or damaged; install the time zones "
                       "(tzdata) again",
                       name, zone_directory(), name);
    }
    nearest = strlen(name) <= EZ_ZONE_NAME_MAX ? nearest_zone(name) : NULL;
    if (nearest != NULL) {
        return ez_fail(err, EXECZ_E_PARSE, "unknown time zone '%s', did you mean \"%s\"?", name,
                       nearest);
    }
    return ez_fail(
        err, EXECZ_E_PARSE,
        "unknown time zone '%s': no such zone in %s; write a name like UTC or Europe/London", name,
        zone_directory());
}

bool
ez_zone_name_exists(const char *name)
{
    return look_for_file(name) == EZ_ZONE_FILE_WHOLE;
}
