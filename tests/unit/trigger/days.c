/* SPDX-License-Identifier: MIT */
#include "trigger/days.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>

#define EPOCH_JULIAN 719163 /* what GDate calls 1970-01-01 */

Test(days, the_first_is_in_1970)
{
    cr_expect(eq(i64, ez_days_of_date((ez_date){1970, 1, 1}), 0));
    cr_expect(eq(i64, ez_days_of_date((ez_date){1969, 12, 31}), -1));
    cr_expect(eq(i64, ez_days_of_date((ez_date){2262, 1, 1}), 106651));
}

/* Against GLib, from the year 1 on. */
Test(days, every_day_for_2500_years_is_a_date_and_back)
{
    for (int64_t days = 1 - EPOCH_JULIAN; days < 2500 * 365 - EPOCH_JULIAN; days++) {
        ez_date date = ez_date_of_days(days);
        GDate theirs;

        g_date_clear(&theirs, 1);
        g_date_set_julian(&theirs, (guint32)(days + EPOCH_JULIAN));
        cr_assert(date.year == g_date_get_year(&theirs) &&
                      date.month == (int)g_date_get_month(&theirs) &&
                      date.day == g_date_get_day(&theirs),
                  "%d-%d-%d", date.year, date.month, date.day);
        cr_assert(eq(i64, ez_days_of_date(date), days));
        cr_assert(eq(int, ez_weekday(days), (int)g_date_get_weekday(&theirs) - 1));
        cr_assert(eq(int, ez_month_length(date.year, date.month),
                     g_date_get_days_in_month((GDateMonth)date.month, (GDateYear)date.year)));
        cr_assert(eq(int, ez_week(days), (int)g_date_get_iso8601_week_of_year(&theirs)));
    }
}
