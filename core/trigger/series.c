/* SPDX-License-Identifier: MIT */
/* Where two series meet.
 *
 * By the Chinese remainder theorem there is a point congruent to a.first modulo a.length and to
 * b.first modulo b.length exactly if the difference of the first points is a multiple of the
 * greatest common divisor of the lengths, and then such points lie one least common multiple
 * apart.  A multiple that all of time is too short for leaves one point at most.
 *
 * Lengths are below 2^62, so that a product of two is no more than 128 bits hold. */
#include "trigger/series.h"

#include <glib.h>

typedef __int128 wide;

ez_series
ez_series_of_multiples(execz_duration length)
{
    return (ez_series){0, length, EXECZ_TIME_NEVER - 1};
}

static execz_time
last_possible(const ez_series *self)
{
    return MIN(self->end, EXECZ_TIME_NEVER - 1);
}

/* How many points lie at or before until. */
static uint64_t
count_until(const ez_series *self, execz_time until)
{
    until = MIN(until, last_possible(self));
    if (until < self->first) {
        return 0;
    }
    if (self->length == 0) {
        return 1;
    }
    return ((uint64_t)until - (uint64_t)self->first) / (uint64_t)self->length + 1;
}

execz_time
ez_series_next(const ez_series *self, execz_time after)
{
    uint64_t n = count_until(self, after);
    wide time = self->first + (wide)n * self->length;

    if (time > last_possible(self) || time <= after) {
        return EXECZ_TIME_NEVER;
    }
    return (execz_time)time;
}

bool
ez_series_last(const ez_series *self, execz_time until, execz_time *time_out)
{
    uint64_t n = count_until(self, until);

    if (n == 0) {
        return false;
    }
    *time_out = (execz_time)(self->first + (wide)(n - 1) * self->length);
    return true;
}

uint64_t
ez_series_count(const ez_series *self, execz_time after, execz_time until)
{
    return count_until(self, until) - count_until(self, after);
}

static int64_t
remainder_of(wide value, int64_t modulus)
{
    int64_t rest = (int64_t)(value % modulus);

    return rest < 0 ? rest + modulus : rest;
}

/* The greatest common divisor of a and b, and the factor x for which a x is congruent to it modulo
 * b. */
static int64_t
common_divisor(int64_t a, int64_t b, int64_t *factor_out)
{
    int64_t modulus = b, x = 1, next_x = 0;

    while (b != 0) {
        int64_t quotient = a / b, rest = a % b, rest_x = x - quotient * next_x;

        a = b;
        b = rest;
        x = next_x;
        next_x = rest_x;
    }
    *factor_out = remainder_of(x, modulus);
    return a;
}

static bool
contains(const ez_series *self, execz_time time)
{
    return ez_series_count(self, time - 1, time) == 1;
}

/* Sets the series of one point, which must lie at time. */
static bool
set_point(execz_time time, execz_time end, ez_series *series_out)
{
    *series_out = (ez_series){time, 0, end};
    return time <= end;
}

bool
ez_series_meet(const ez_series *a, const ez_series *b, ez_series *common_out)
{
    execz_time begin = MAX(a->first, b->first), end = MIN(last_possible(a), last_possible(b));
    int64_t factor, divisor, n;
    wide length, first;

    if (a->length == 0 || b->length == 0) {
        execz_time point = a->length == 0 ? a->first : b->first;

        return contains(a, point) && contains(b, point) && set_point(point, end, common_out);
    }
    divisor = common_divisor(a->length, b->length, &factor);
    if (((wide)b->first - a->first) % divisor != 0) {
        return false;
    }
    n = remainder_of(((wide)b->first - a->first) / divisor, b->length / divisor);
    n = remainder_of((wide)n * factor, b->length / divisor);
    length = (wide)(a->length / divisor) * b->length;
    first = a->first + (wide)n * a->length; /* meets b, perhaps before b begins */
    if (first < begin) {
        first += (begin - first + length - 1) / length * length;
    }
    if (first > end) {
        return false;
    }
    if (length > end - first) {
        return set_point((execz_time)first, end, common_out);
    }
    *common_out = (ez_series){(execz_time)first, (execz_duration)length, end};
    return true;
}
