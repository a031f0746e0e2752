/* SPDX-License-Identifier: MIT */
#include "trigger/zone.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib/gstdio.h>

static void
expect_refused(const char *name, const char *expected)
{
    GTimeZone *zone = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_zone_open(name, &zone, &err), EXECZ_E_PARSE), "%s", name);
    cr_expect(eq(str, err.message, (char *)expected));
    cr_expect(zone == NULL, "untouched on failure");
}

Test(zone, a_zone_is_opened_by_its_name)
{
    g_autoptr(GTimeZone) zone = NULL;
    gint now;

    cr_assert(eq(int, ez_zone_open("Asia/Kolkata", &zone, NULL), EXECZ_OK));
    now = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, 1798761600);
    cr_expect(eq(int, g_time_zone_get_offset(zone, now), 19800));
    cr_expect(eq(str, (char *)g_time_zone_get_identifier(zone), (char *)"Asia/Kolkata"));
}

Test(zone, utc_needs_no_zone_files)
{
    g_autoptr(GTimeZone) zone = NULL;

    g_setenv("TZDIR", "/nonexistent", TRUE);
    cr_expect(eq(int, ez_zone_open("UTC", &zone, NULL), EXECZ_OK));
    expect_refused("Asia/Kolkata",
                   "unknown time zone 'Asia/Kolkata': no such zone in /nonexistent; "
                   "write a name like UTC or Europe/London");
}

Test(zone, a_misspelt_zone_offers_the_nearest)
{
    expect_refused("Europe/Londn",
                   "unknown time zone 'Europe/Londn', did you mean \"Europe/London\"?");
    expect_refused("asia/kolkata",
                   "unknown time zone 'asia/kolkata', did you mean \"Asia/Kolkata\"?");
    expect_refused("Europe/Kiyv", "unknown time zone 'Europe/Kiyv', did you mean \"Europe/Kyiv\"?");
}

Test(zone, a_place_alone_offers_its_zone)
{
    expect_refused("St_Johns", "unknown time zone 'St_Johns', did you mean \"America/St_Johns\"?");
}

Test(zone, only_names_of_zones_are_opened)
{
    static const char *const names[] = {"",          "/etc/localtime",   "right/UTC",
                                        "tzdata.zi", "../../etc/passwd", "GMT+5",
                                        "+05:30",    "Europe",           "leapseconds"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GTimeZone) zone = NULL;

        cr_expect(eq(int, ez_zone_open(names[i], &zone, NULL), EXECZ_E_PARSE), "%s", names[i]);
    }
}

/* Makes a zone called name of the contents of Asia/Kolkata; tells whether it can be opened. */
static bool
opens(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *contents = NULL;
    g_autoptr(GTimeZone) zone = NULL;
    gsize length;

    cr_assert(g_file_get_contents("/usr/share/zoneinfo/Asia/Kolkata", &contents, &length, NULL));
    cr_assert(g_file_set_contents(path, contents, (gssize)length, NULL));
    g_setenv("TZDIR", directory, TRUE);
    cr_expect(ez_zone_open(name, &zone, NULL) == EXECZ_OK || zone == NULL);
    g_unlink(path);
    return zone != NULL;
}

Test(zone, a_name_ends_at_its_limit)
{
    g_autofree char *directory = g_dir_make_tmp("execz-zone-XXXXXX", NULL);
    g_autofree char *longest = g_strnfill(EZ_ZONE_NAME_MAX, 'x');
    g_autofree char *too_long = g_strnfill(EZ_ZONE_NAME_MAX + 1, 'x');

    cr_expect(opens(directory, longest));
    cr_expect(not(opens(directory, too_long)));
    g_rmdir(directory);
}
