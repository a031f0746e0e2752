/* SPDX-License-Identifier: MIT */
#include "trigger/month.h"

#include "trigger/bits.h"
#include "trigger/days.h"

/* Of the days of a month, those in a week that is named. */
static uint32_t
days_of_weeks(const ez_pattern *self, int64_t begin, int year)
{
    int of_year = (int)(begin - ez_days_of_date((ez_date){year, 1, 1}));
    int last_day = 336 + ez_month_length(year, 2); /* of the year, from 0 */
    uint32_t days = 0;

    for (int day = -ez_weekday(begin); day < 31; day += 7) {
        int thursday = of_year + day + 3;
        bool is_in_year = thursday >= 0 && thursday <= last_day;
        int week = is_in_year ? thursday / 7 + 1 : ez_week(begin + day);

        if (ez_bits_has(self->weeks, week)) {
            days |= (uint32_t)(day < 0 ? UINT64_C(0x7f) >> -day : UINT64_C(0x7f) << day);
        }
    }
    return days;
}

static ez_month
month_of_date(const ez_pattern *self, int64_t begin, int year, int of_year)
{
    ez_month found = {(year - EZ_YEAR_FIRST) * 12 + of_year - 1, begin, 0};
    int of_epoch = year - EZ_YEAR_FIRST;

    if (year < EZ_YEAR_FIRST || year > EZ_YEAR_LAST || !ez_bits_has(self->months, of_year - 1) ||
        !ez_bits_has(self->years[of_epoch / 64], of_epoch % 64)) {
        return found;
    }
    found.days = self->days[ez_month_length(year, of_year) - 28][ez_weekday(begin)];
    if (self->weeks != EZ_ALL_WEEKS) {
        found.days &= days_of_weeks(self, begin, year);
    }
    return found;
}

ez_month
ez_month_of_day(const ez_pattern *self, int64_t day, int *of_month_out)
{
    ez_date date = ez_date_of_days(day);

    *of_month_out = date.day - 1;
    return month_of_date(self, day - *of_month_out, date.year, date.month);
}

ez_month
ez_month_of_number(const ez_pattern *self, int number)
{
    int year = EZ_YEAR_FIRST + number / 12, of_year = number % 12 + 1;

    return month_of_date(self, ez_days_of_date((ez_date){year, of_year, 1}), year, of_year);
}

int
ez_month_next(const ez_pattern *self, int number)
{
    int year = number / 12;
    uint32_t months = number < EZ_MONTHS && ez_bits_has(self->years[year / 64], year % 64)
                          ? self->months >> number % 12
                          : 0;

    if (months != 0) {
        return number + ez_bits_lowest(months);
    }
    if (self->months == 0) {
        return EZ_MONTHS;
    }
    for (year++; year <= EZ_YEAR_LAST - EZ_YEAR_FIRST; year = (year / 64 + 1) * 64) {
        uint64_t years = self->years[year / 64] >> year % 64;

        if (years != 0) {
            return (year + ez_bits_lowest(years)) * 12 + ez_bits_lowest(self->months);
        }
    }
    return EZ_MONTHS;
}

int
ez_month_last(const ez_pattern *self, int number)
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
