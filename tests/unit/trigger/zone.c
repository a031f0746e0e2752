/* SPDX-License-Identifier: MIT */
#include "trigger/zone.h"

#include "trigger/civil.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>

#include <string.h>

#define BEGIN (EZ_CIVIL_BEGIN / EXECZ_SECOND)
#define END (EZ_CIVIL_END / EXECZ_SECOND)

static ez_zone *
open_zone(const char *name)
{
    ez_zone *zone = NULL;

    cr_assert(eq(int, ez_zone_open(name, &zone, NULL), EXECZ_OK), "%s", name);
    return zone;
}

Test(zone, one_is_opened_by_its_name)
{
    g_autoptr(ez_zone) zone = open_zone("Asia/Kolkata");

    cr_expect(eq(str, (char *)ez_zone_name(zone), (char *)"Asia/Kolkata"));
    cr_expect(eq(i32, ez_zone_segment(zone, 1798761600)->offset, 19800));
}

Test(zone, utc_needs_no_zone_files)
{
    g_autoptr(ez_zone) zone = NULL;

    g_setenv("TZDIR", "/nonexistent", TRUE);
    zone = open_zone("UTC");
    cr_expect(eq(i32, ez_zone_segment(zone, 0)->offset, 0));
    cr_expect(eq(i64, ez_segment_end(ez_zone_segment(zone, 0)), INT64_MAX));
}

Test(zone, one_that_does_not_exist_is_refused)
{
    ez_zone *zone = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_zone_open("Europe/Londn", &zone, &err), EXECZ_E_PARSE));
    cr_expect(eq(str, err.message,
                 (char *)"unknown time zone 'Europe/Londn', did you mean \"Europe/London\"?"));
    cr_expect(zone == NULL, "untouched on failure");
}

Test(zone, everybody_shares_one)
{
    g_autoptr(ez_zone) zone = open_zone("Europe/London");
    g_autoptr(ez_zone) again = open_zone("Europe/London");
    g_autoptr(ez_zone) other = open_zone("Europe/Dublin");

    cr_expect(zone == again);
    cr_expect(zone != other);
}

Test(zone, one_that_nobody_holds_is_read_anew)
{
    g_autoptr(ez_zone) other = open_zone("Europe/London");
    ez_zone *zone = open_zone("Asia/Kolkata");

    ez_zone_unref(ez_zone_ref(zone));
    ez_zone_unref(zone);
    g_setenv("TZDIR", "/nonexistent", TRUE);
    cr_expect(eq(int, ez_zone_open("Asia/Kolkata", &zone, NULL), EXECZ_E_PARSE));
    ez_zone_unref(open_zone("Europe/London"));
}

Test(zone, a_segment_ends_where_the_clock_is_set)
{
    g_autoptr(ez_zone) zone = open_zone("Europe/London");
    const ez_segment *winter = ez_zone_segment(zone, 1806195599); /* 2027-03-28T00:59:59Z */
    const ez_segment *summer = ez_zone_segment(zone, 1806195600);

    cr_expect(eq(i32, winter->offset, 0));
    cr_expect(eq(i64, ez_segment_end(winter), 1806195600));
    cr_expect(winter + 1 == summer);
    cr_expect(eq(i64, summer->begin, 1806195600));
    cr_expect(eq(i32, summer->offset, 3600));
}

Test(zone, all_of_time_has_a_segment)
{
    g_autoptr(ez_zone) zone = open_zone("America/New_York");

    cr_expect(eq(i64, ez_zone_segment(zone, INT64_MIN)->begin, INT64_MIN));
    cr_expect(eq(i64, ez_segment_end(ez_zone_segment(zone, INT64_MAX)), INT64_MAX));
}

static gint32
offset_of(GTimeZone *rules, int64_t utc)
{
    return g_time_zone_get_offset(rules,
                                  g_time_zone_find_interval(rules, G_TIME_TYPE_UNIVERSAL, utc));
}

/* Each segment against what GLib says at both its ends and within. */
static void
expect_segments_of(const char *name)
{
    g_autoptr(ez_zone) zone = open_zone(name);
    g_autoptr(GTimeZone) rules = g_time_zone_new_identifier(name);
    const ez_segment *segment = ez_zone_segment(zone, BEGIN);
    const ez_segment *last = ez_zone_segment(zone, END - 1);

    for (; segment <= last; segment++) {
        int64_t begin = MAX(segment->begin, BEGIN), end = MIN(ez_segment_end(segment), END);

        cr_assert(lt(i64, begin, end), "%s", name);
        cr_assert(segment->offset != segment[1].offset || end == END, "%s", name);
        for (int64_t utc = begin; utc < end; utc += MAX((end - 1 - utc) / 2, 1)) {
            cr_assert(ez_zone_segment(zone, utc) == segment, "%s", name);
            cr_assert(segment->offset == offset_of(rules, utc), "%s at %" G_GINT64_FORMAT, name,
                      utc);
        }
    }
}

/* All names in tzdata.zi: "Z NAME ..." and "L TARGET NAME". */
Test(zone, the_segments_of_every_zone_are_those_of_glib)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0;

    cr_assert(g_file_get_contents("/usr/share/zoneinfo/tzdata.zi", &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", -1);

        if (g_str_has_prefix(*line, "Z ") || g_str_has_prefix(*line, "L ")) {
            expect_segments_of(words[**line == 'Z' ? 1 : 2]);
            n++;
        }
    }
    cr_expect(gt(uint, n, 400));
}
