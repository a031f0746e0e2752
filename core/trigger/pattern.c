/* SPDX-License-Identifier: MIT */
/* A schedule's fields are bits, and the next one that is set is found by counting zeros: nothing
 * steps through seconds, hours or days.
 *
 * Within one month the days that match depend on its length and on the weekday of its first day
 * alone (but for weeks of the year): 28 shapes, whose days are worked out once.  So a search goes
 * through the months that are named, one lookup each, and a count adds up one population count
 * each.  The longest search is one to the end of 2261, about 3500 months.
 *
 * Months are numbered through, from January of EZ_YEAR_FIRST on. */
#include "trigger/pattern.h"

#include "trigger/bits.h"
#include "trigger/days.h"

#define HOUR_SECONDS 3600
#define MINUTE_SECONDS 60
#define HOUR_MINUTES 60
#define MONTHS ((EZ_YEAR_LAST - EZ_YEAR_FIRST + 1) * 12)
#define ALL_WEEKS (UINT64_C(0x3fffffffffffff) & ~UINT64_C(1)) /* 1 to 53 */

/* A month, as far as its days depend on it. */
typedef struct month {
    int number;
    int64_t begin; /* its first day */
    uint32_t days; /* that match, bit 0 for the first */
} month;

static bool
is_in(const ez_day_set *set, int day, int length, int weekday)
{
    return ez_bits_has(set->of_month, day) || (set->last && day == length) ||
           ez_bits_has(set->weekday[weekday], (day - 1) / 7) ||
           (day + 7 > length && ez_bits_has(set->last_weekday, weekday));
}

/* The days of a month of length days whose first is a weekday. */
static uint32_t
days_of_shape(const ez_values *values, int length, int weekday)
{
    uint32_t days = 0;

    for (int day = 1; day <= length; day++) {
        int of_week = (weekday + day - 1) % 7;
        bool by_month = is_in(&values->day, day, length, of_week);
        bool by_week = is_in(&values->day_of_week, day, length, of_week);

        if (values->either_day ? by_month || by_week : by_month && by_week) {
            days |= UINT32_C(1) << (day - 1);
        }
    }
    return days;
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
}

/* Of the days of a month, those in a week that is named. */
static uint32_t
days_of_weeks(const ez_pattern *self, int64_t begin)
{
    uint32_t days = 0;

    for (int day = -ez_weekday(begin); day < 31; day += 7) {
        if (ez_bits_has(self->weeks, ez_week(begin + day))) {
            days |= (uint32_t)(day < 0 ? UINT64_C(0x7f) >> -day : UINT64_C(0x7f) << day);
        }
    }
    return days;
}

static month
month_of_date(const ez_pattern *self, int64_t begin, int year, int of_year)
{
    month found = {(year - EZ_YEAR_FIRST) * 12 + of_year - 1, begin, 0};
    int of_epoch = year - EZ_YEAR_FIRST;

    if (year < EZ_YEAR_FIRST || year > EZ_YEAR_LAST || !ez_bits_has(self->months, of_year - 1) ||
        !ez_bits_has(self->years[of_epoch / 64], of_epoch % 64)) {
        return found;
    }
    found.days = self->days[ez_month_length(year, of_year) - 28][ez_weekday(begin)];
    if (self->weeks != ALL_WEEKS) {
        found.days &= days_of_weeks(self, begin);
    }
    return found;
}

/* The month that a day is in, and which of its days that is, from 0. */
static month
month_of_day(const ez_pattern *self, int64_t day, int *of_month_out)
{
    ez_date date = ez_date_of_days(day);

    *of_month_out = date.day - 1;
    return month_of_date(self, day - *of_month_out, date.year, date.month);
}

static month
month_of_number(const ez_pattern *self, int number)
{
    int year = EZ_YEAR_FIRST + number / 12, of_year = number % 12 + 1;

    return month_of_date(self, ez_days_of_date((ez_date){year, of_year, 1}), year, of_year);
}

/* The number of the first month from number on that is named in a year that is; MONTHS if
 * there is none. */
static int
next_month(const ez_pattern *self, int number)
{
    int year = number / 12;
    uint32_t months = number < MONTHS && ez_bits_has(self->years[year / 64], year % 64)
                          ? self->months >> number % 12
                          : 0;

    if (months != 0) {
        return number + ez_bits_lowest(months);
    }
    if (self->months == 0) {
        return MONTHS;
    }
    for (year++; year <= EZ_YEAR_LAST - EZ_YEAR_FIRST; year = (year / 64 + 1) * 64) {
        uint64_t years = self->years[year / 64] >> year % 64;

        if (years != 0) {
            return (year + ez_bits_lowest(years)) * 12 + ez_bits_lowest(self->months);
        }
    }
    return MONTHS;
}

/* The number of the last month up to number that is named in a year that is; -1 if there is none.
 */
static int
last_month(const ez_pattern *self, int number)
{
    int year = number < 0 ? -1 : number / 12;
    uint32_t months = number >= 0 && ez_bits_has(self->years[year / 64], year % 64)
                          ? self->months & (uint32_t)ez_bits_below(number % 12 + 1)
                          : 0;

    if (months != 0) {
        return year * 12 + ez_bits_highest(months);
    }
    if (self->months == 0) {
        return -1;
    }
    for (year--; year >= 0; year = year / 64 * 64 - 1) {
        uint64_t years = self->years[year / 64] << (63 - year % 64);

        if (years != 0) {
            return (year - 63 + ez_bits_highest(years)) * 12 + ez_bits_highest(self->months);
        }
    }
    return -1;
}

int64_t
ez_pattern_next(const ez_pattern *self, int64_t wall)
{
    int64_t from = wall > 0 ? wall : 0;
    int64_t day = from / EZ_DAY_SECONDS;
    int of_month;
    month at = month_of_day(self, day, &of_month);
    uint32_t days = at.days >> of_month;

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
    for (int n = next_month(self, at.number + 1); n < MONTHS; n = next_month(self, n + 1)) {
        at = month_of_number(self, n);
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
    month at;

    if (wall < 0) {
        return EZ_WALL_NONE;
    }
    at = month_of_day(self, day, &of_month);
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
    at.number = at.number < MONTHS ? at.number : MONTHS;
    for (int n = last_month(self, at.number - 1); n >= 0; n = last_month(self, n - 1)) {
        at = month_of_number(self, n);
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
    month at = month_of_day(self, day, &of_month);

    return ez_bits_has(at.days, of_month);
}

/* How many days match from day begin up to, not including, day end. */
static uint64_t
count_days(const ez_pattern *self, int64_t begin, int64_t end)
{
    int of_month, of_last;
    month at = month_of_day(self, begin, &of_month);
    month last = month_of_day(self, end, &of_last);
    uint64_t n = ez_bits_count(last.days & ez_bits_below(of_last)) -
                 ez_bits_count(at.days & ez_bits_below(of_month));

    last.number = last.number < MONTHS ? last.number : MONTHS;
    for (int i = next_month(self, at.number); i < last.number; i = next_month(self, i + 1)) {
        n += ez_bits_count(month_of_number(self, i).days);
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
