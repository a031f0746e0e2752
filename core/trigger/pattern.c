/* SPDX-License-Identifier: MIT */
/* A schedule's fields are bits, and the next one that is set is found by counting zeros: nothing
 * steps through seconds, hours or days.
 *
 * Within one month the days that match depend on its length and on the weekday of its first day
 * alone (but for weeks of the year): 28 shapes, whose days are worked out once.  So a search goes
 * through the months that are named, one lookup each, and a count adds up one population count
 * each.  Years without any day are left out at once, so that a search ends in the first year it
 * comes to: it looks at 24 months at most, even for leap days. */
#include "trigger/pattern.h"

#include "trigger/bits.h"
#include "trigger/days.h"
#include "trigger/month.h"

#define HOUR_SECONDS 3600
#define MINUTE_SECONDS 60
#define HOUR_MINUTES 60
#define DAYS 106651 /* in all those months */

/* Which of a weekday in the month as days of the month, if the first day is that weekday. */
static uint64_t
days_of_weekday(uint64_t which)
{
    return (which & 1) | (which & 2) << 6 | (which & 4) << 12 | (which & 8) << 18 |
           (which & 16) << 24;
}

/* The days of a set in a month of length days whose first is a weekday. */
static uint32_t
days_of_set(const ez_day_set *set, int length, int weekday)
{
    uint64_t days = set->of_month >> 1 | (uint64_t)set->last << (length - 1);
    uint64_t all = ez_bits_below(length);

    for (int of_week = 0; of_week < 7 && (days & all) != all; of_week++) {
        int first = (of_week - weekday + 7) % 7;
        int last = first + (length - 1 - first) / 7 * 7;

        days |= days_of_weekday(set->weekday[of_week]) << first;
        days |= (uint64_t)ez_bits_has(set->last_weekday, of_week) << last;
    }
    return (uint32_t)(days & all);
}

static uint32_t
days_of_shape(const ez_values *values, int length, int weekday)
{
    uint32_t of_month = days_of_set(&values->day, length, weekday);
    uint32_t of_week = days_of_set(&values->day_of_week, length, weekday);

    return values->either_day ? of_month | of_week : of_month & of_week;
}

/* Whether nothing about the date is restricted. */
static bool
is_daily(const ez_pattern *self)
{
    uint64_t n_years = 0;
    bool all = self->months == 0xfff && self->weeks == EZ_ALL_WEEKS;

    for (int i = 0; i < EZ_YEAR_WORDS; i++) {
        n_years += ez_bits_count(self->years[i]);
    }
    for (int i = 0; i < 4 * 7; i++) {
        all &= ez_bits_count(self->days[i / 7][i % 7]) == 28 + (unsigned)i / 7;
    }
    return all && n_years == EZ_YEAR_LAST - EZ_YEAR_FIRST + 1;
}

/* Whether some day of a year, from EZ_YEAR_FIRST on, matches. */
static bool
has_day_in_year(const ez_pattern *self, int year)
{
    int number = ez_month_next(self, year * 12);

    while (number / 12 == year && ez_month_of_number(self, number).days == 0) {
        number = ez_month_next(self, number + 1);
    }
    return number / 12 == year;
}

/* Leaves the years in which some day matches, so that a search looks at the months of two at most.
 * Years of one kind have the same calendar and weeks: the weekday they begin with, and whether they
 * and the one before are leap years. */
static void
drop_empty_years(ez_pattern *self)
{
    enum { UNKNOWN, FULL, EMPTY } kinds[7 * 4] = {UNKNOWN};
    int weekday = ez_weekday(ez_days_of_date((ez_date){EZ_YEAR_FIRST, 1, 1}));
    int leap_before = ez_month_length(EZ_YEAR_FIRST - 1, 2) - 28;

    for (int year = 0; year < EZ_MONTHS / 12; year++) {
        int leap = ez_month_length(EZ_YEAR_FIRST + year, 2) - 28;
        int kind = weekday * 4 + leap * 2 + leap_before;

        if (ez_bits_has(self->years[year / 64], year % 64)) {
            if (kinds[kind] == UNKNOWN) {
                kinds[kind] = has_day_in_year(self, year) ? FULL : EMPTY;
            }
            if (kinds[kind] == EMPTY) {
                self->years[year / 64] &= ~(UINT64_C(1) << year % 64);
            }
        }
        weekday = (weekday + 1 + leap) % 7;
        leap_before = leap;
    }
}

void
ez_pattern_init(ez_pattern *self, const ez_values *values)
{
    *self = (ez_pattern){
        .weeks = values->weeks,
        .months = (uint32_t)(values->months >> 1),
        .times = values->times,
    };
    for (int i = 0; i < EZ_YEAR_WORDS; i++) {
        self->years[i] = values->years[i];
    }
    for (int length = 28; length <= 31; length++) {
        for (int weekday = 0; weekday < 7; weekday++) {
            self->days[length - 28][weekday] = days_of_shape(values, length, weekday);
        }
    }
    self->is_daily = is_daily(self);
    if (!self->is_daily) {
        drop_empty_years(self);
    }
}

/* The first wall time from wall on where every day matches: no calendar is needed. */
static int64_t
next_of_any_day(const ez_pattern *self, int64_t wall)
{
    int64_t day = wall / EZ_DAY_SECONDS;
    int second = ez_daytimes_next(&self->times, (int)(wall % EZ_DAY_SECONDS));

    if (second < 0) {
        day++;
        second = ez_daytimes_earliest(&self->times);
    }
    return day < DAYS ? day * EZ_DAY_SECONDS + second : EZ_WALL_NONE;
}

int64_t
ez_pattern_next(const ez_pattern *self, int64_t wall)
{
    int64_t from = wall > 0 ? wall : 0;
    int64_t day = from / EZ_DAY_SECONDS;
    uint32_t days;
    int of_month;
    ez_month at;

    if (self->is_daily) {
        return next_of_any_day(self, from);
    }
    at = ez_month_of_day(self, day, &of_month);
    days = at.days >> of_month;
    if (ez_bits_has(days, 0)) {
        int second = ez_daytimes_next(&self->times, (int)(from % EZ_DAY_SECONDS));

        if (second >= 0) {
            return day * EZ_DAY_SECONDS + second;
        }
        days &= ~UINT32_C(1);
    }
    if (days != 0) {
        return (day + ez_bits_lowest(days)) * EZ_DAY_SECONDS + ez_daytimes_earliest(&self->times);
    }
    for (int n = ez_month_next(self, at.number + 1); n < EZ_MONTHS;
         n = ez_month_next(self, n + 1)) {
        at = ez_month_of_number(self, n);
        if (at.days != 0) {
            return (at.begin + ez_bits_lowest(at.days)) * EZ_DAY_SECONDS +
                   ez_daytimes_earliest(&self->times);
        }
    }
    return EZ_WALL_NONE;
}

int64_t
ez_pattern_last(const ez_pattern *self, int64_t wall)
{
    int64_t day = wall / EZ_DAY_SECONDS;
    int of_month;
    uint32_t days;
    ez_month at;

    if (wall < 0) {
        return EZ_WALL_NONE;
    }
    at = ez_month_of_day(self, day, &of_month);
    days = at.days & (uint32_t)ez_bits_below(of_month + 1);
    if (ez_bits_has(days, of_month)) {
        int second = ez_daytimes_last(&self->times, (int)(wall % EZ_DAY_SECONDS));

        if (second >= 0) {
            return day * EZ_DAY_SECONDS + second;
        }
        days &= ~(UINT32_C(1) << of_month);
    }
    if (days != 0) {
        return (at.begin + ez_bits_highest(days)) * EZ_DAY_SECONDS +
               ez_daytimes_latest(&self->times);
    }
    at.number = at.number < EZ_MONTHS ? at.number : EZ_MONTHS;
    for (int n = ez_month_last(self, at.number - 1); n >= 0; n = ez_month_last(self, n - 1)) {
        at = ez_month_of_number(self, n);
        if (at.days != 0) {
            return (at.begin + ez_bits_highest(at.days)) * EZ_DAY_SECONDS +
                   ez_daytimes_latest(&self->times);
        }
    }
    return EZ_WALL_NONE;
}

static bool
has_day(const ez_pattern *self, int64_t day)
{
    int of_month;
    ez_month at = ez_month_of_day(self, day, &of_month);

    return ez_bits_has(at.days, of_month);
}

/* How many days match from day begin up to, not including, day end. */
static uint64_t
count_days(const ez_pattern *self, int64_t begin, int64_t end)
{
    int of_month, of_last;
    ez_month at = ez_month_of_day(self, begin, &of_month);
    ez_month last = ez_month_of_day(self, end, &of_last);
    uint64_t n = ez_bits_count(last.days & ez_bits_below(of_last)) -
                 ez_bits_count(at.days & ez_bits_below(of_month));

    last.number = last.number < EZ_MONTHS ? last.number : EZ_MONTHS;
    for (int i = ez_month_next(self, at.number); i < last.number; i = ez_month_next(self, i + 1)) {
        n += ez_bits_count(ez_month_of_number(self, i).days);
    }
    return n;
}

/* How many wall times lie on the day of wall, and before it. */
static uint64_t
count_before(const ez_pattern *self, int64_t wall)
{
    int second = (int)(wall % EZ_DAY_SECONDS);

    if (second == 0 || !has_day(self, wall / EZ_DAY_SECONDS)) {
        return 0;
    }
    return ez_daytimes_count(&self->times, second);
}

uint64_t
ez_pattern_count(const ez_pattern *self, int64_t begin, int64_t end)
{
    int64_t from = begin > 0 ? begin : 0;
    uint64_t n;

    if (end <= from) {
        return 0;
    }
    n = count_days(self, from / EZ_DAY_SECONDS, end / EZ_DAY_SECONDS) *
        ez_daytimes_count(&self->times, (int)EZ_DAY_SECONDS);
    return n + count_before(self, end) - count_before(self, from);
}

/* The minutes of the hour in which wall lies, bit 0 for the first. */
static uint64_t
minutes_of_hour(const ez_pattern *self, int64_t wall)
{
    int hour = (int)(wall % EZ_DAY_SECONDS / HOUR_SECONDS);
    bool matches = ez_bits_has(self->times.hours, hour) && has_day(self, wall / EZ_DAY_SECONDS);

    return matches ? self->times.minutes : 0;
}

/* The sixty minutes from wall on, which is the first second of one. */
static uint64_t
minutes_from(const ez_pattern *self, int64_t wall)
{
    int minute = (int)(wall % HOUR_SECONDS / MINUTE_SECONDS);
    uint64_t minutes = minutes_of_hour(self, wall) >> minute;

    if (minute > 0) {
        minutes |= minutes_of_hour(self, wall + HOUR_SECONDS) << (HOUR_MINUTES - minute);
    }
    return minutes & ez_bits_below(HOUR_MINUTES);
}

/* The clock was not set by whole minutes, which was last done in 1972. */
static uint64_t
count_odd_twins(const ez_pattern *self, int64_t begin, int64_t end, int64_t distance)
{
    uint64_t n = 0;

    for (int64_t wall = ez_pattern_next(self, begin); wall != EZ_WALL_NONE && wall < end;
         wall = ez_pattern_next(self, wall + 1)) {
        n += ez_pattern_next(self, wall + distance) == wall + distance;
    }
    return n;
}

uint64_t
ez_pattern_count_twins(const ez_pattern *self, int64_t begin, int64_t end, int64_t distance)
{
    int64_t from = begin > 0 ? begin : 0;
    uint64_t n = 0;

    if (distance % MINUTE_SECONDS != 0) {
        return count_odd_twins(self, from, end, distance);
    }
    for (int64_t hour = from - from % HOUR_SECONDS; hour < end; hour += HOUR_SECONDS) {
        uint64_t minutes = minutes_from(self, hour) & minutes_from(self, hour + distance);
        int first = hour < from ? (int)(from - hour) : 0;
        int last = hour + HOUR_SECONDS > end ? (int)(end - hour) : HOUR_SECONDS;

        n += ez_daytimes_count_hour(minutes, self->times.seconds, last) -
             ez_daytimes_count_hour(minutes, self->times.seconds, first);
    }
    return n;
}

bool
ez_pattern_meet(const ez_pattern *a, const ez_pattern *b, ez_pattern *common_out)
{
    *common_out = *a;
    common_out->weeks &= b->weeks;
    common_out->months &= b->months;
    common_out->times.hours &= b->times.hours;
    common_out->times.minutes &= b->times.minutes;
    common_out->times.seconds &= b->times.seconds;
    for (int i = 0; i < EZ_YEAR_WORDS; i++) {
        common_out->years[i] &= b->years[i];
    }
    for (int i = 0; i < 28; i++) {
        common_out->days[i / 7][i % 7] &= b->days[i / 7][i % 7];
    }
    if (common_out->times.hours == 0 || common_out->times.minutes == 0 ||
        common_out->times.seconds == 0) {
        return false;
    }
    common_out->is_daily = is_daily(common_out);
    if (!common_out->is_daily) {
        drop_empty_years(common_out);
    }
    return ez_pattern_next(common_out, 0) != EZ_WALL_NONE;
}
