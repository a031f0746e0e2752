/* SPDX-License-Identifier: MIT */
#include "trigger/zone_name.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>
#include <glib/gstdio.h>

static void
expect_described(const char *name, const char *expected)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(not(ez_zone_name_exists(name)), "%s", name);
    cr_expect(eq(int, ez_zone_name_fail(name, &err), EXECZ_E_PARSE));
    cr_expect(eq(str, err.message, (char *)expected));
}

Test(zone_name, one_that_is_like_no_other_is_looked_for_where_zones_are)
{
    g_setenv("TZDIR", "/nonexistent", TRUE);
    expect_described("Asia/Kolkata",
                     "unknown time zone 'Asia/Kolkata': no such zone in /nonexistent; "
                     "write a name like UTC or Europe/London");
}

Test(zone_name, a_misspelt_zone_offers_the_nearest)
{
    expect_described("Europe/Londn",
                     "unknown time zone 'Europe/Londn', did you mean \"Europe/London\"?");
    expect_described("asia/kolkata",
                     "unknown time zone 'asia/kolkata', did you mean \"Asia/Kolkata\"?");
    expect_described("Europe/Kiyv",
                     "unknown time zone 'Europe/Kiyv', did you mean \"Europe/Kyiv\"?");
}

Test(zone_name, a_place_alone_offers_its_zone)
{
    expect_described("St_Johns",
                     "unknown time zone 'St_Johns', did you mean \"America/St_Johns\"?");
}

Test(zone_name, only_names_of_zones_are_some)
{
    static const char *const names[] = {
        "",       "/etc/localtime", "right/UTC",   "tzdata.zi",      "../../etc/passwd", "GMT+5",
        "+05:30", "Europe",         "leapseconds", "Europe//London", "Europe/London/"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        cr_expect(not(ez_zone_name_exists(names[i])), "%s", names[i]);
    }
}

/* Makes a zone called name of the contents of Asia/Kolkata; tells whether it is one. */
static bool
is_zone(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *contents = NULL;
    gsize length;
    bool exists;

    cr_assert(g_file_get_contents("/usr/share/zoneinfo/Asia/Kolkata", &contents, &length, NULL));
    cr_assert(g_file_set_contents(path, contents, (gssize)length, NULL));
    g_setenv("TZDIR", directory, TRUE);
    exists = ez_zone_name_exists(name);
    g_unlink(path);
    return exists;
}

Test(zone_name, a_name_ends_at_its_limit)
{
    g_autofree char *directory = g_dir_make_tmp("execz-zone-XXXXXX", NULL);
    g_autofree char *longest = g_strnfill(EZ_ZONE_NAME_MAX, 'x');
    g_autofree char *too_long = g_strnfill(EZ_ZONE_NAME_MAX + 1, 'x');

    cr_expect(is_zone(directory, longest));
    cr_expect(not(is_zone(directory, too_long)));
    g_rmdir(directory);
}
