/* SPDX-License-Identifier: MIT */
/* Days alone and months alone are arithmetic.  Where both count, the day of the month changes from
 * step to step, and which dates do not exist depends on all steps before: those are listed, at most
 * 3,500 up to the end of time. */
#include "trigger/recurrence.h"

#include "trigger/civil.h"
#include "trigger/days.h"

#define LAST_DATE (EZ_CIVIL_END / EXECZ_DAY)

/* The date with day in a month that is counted from the year 0 on; false if there is none. */
static bool
date_in_month(int64_t month, int day, int64_t *date_out)
{
    ez_date date = {(int)(month / 12), (int)(month % 12) + 1, day};

    if (day > ez_month_length(date.year, date.month)) {
        return false;
    }
    *date_out = ez_days_of_date(date);
    return true;
}

static int64_t
month_of(ez_date date)
{
    return (int64_t)date.year * 12 + date.month - 1;
}

void
ez_recurrence_init(ez_recurrence *self)
{
    g_autoptr(GArray) dates = NULL;
    int64_t at = self->first;

    self->dates = NULL;
    self->n_dates = 0;
    if (self->months == 0 || self->days == 0) {
        return;
    }
    dates = g_array_new(FALSE, FALSE, sizeof *self->dates);
    while (at <= LAST_DATE) {
        ez_date date = ez_date_of_days(at);
        int64_t month = month_of(date);
        int32_t listed = (int32_t)at;

        g_array_append_val(dates, listed);
        do {
            month += self->months;
        } while (!date_in_month(month, date.day, &at));
        at += self->days;
    }
    self->n_dates = dates->len;
    self->dates = (int32_t *)(void *)g_array_free(g_steal_pointer(&dates), FALSE);
}

void
ez_recurrence_clear(ez_recurrence *self)
{
    g_clear_pointer(&self->dates, g_free);
}

static int64_t
find_listed(const ez_recurrence *self, int64_t date)
{
    size_t low = 0, high = self->n_dates;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (self->dates[middle] <= date) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (int64_t)low - 1;
}

int64_t
ez_recurrence_find(const ez_recurrence *self, int64_t date)
{
    date = MIN(date, LAST_DATE);
    if (date < self->first) {
        return -1;
    }
    if (self->dates != NULL) {
        return find_listed(self, date);
    }
    if (self->months == 0) {
        return (date - self->first) / self->days;
    }
    return (month_of(ez_date_of_days(date)) - month_of(ez_date_of_days(self->first))) /
           self->months;
}

bool
ez_recurrence_date(const ez_recurrence *self, int64_t step, int64_t *date_out)
{
    ez_date first;

    if (self->dates != NULL) {
        *date_out = self->dates[step];
        return true;
    }
    if (self->months == 0) {
        *date_out = self->first + step * self->days;
        return true;
    }
    first = ez_date_of_days(self->first);
    return date_in_month(month_of(first) + step * self->months, first.day, date_out);
}
