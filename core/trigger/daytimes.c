/* SPDX-License-Identifier: MIT */
#include "trigger/daytimes.h"

#include "trigger/bits.h"

#define HOUR_SECONDS 3600
#define MINUTE_SECONDS 60

static int
second_of(int hour, int minute, int second)
{
    return hour * HOUR_SECONDS + minute * MINUTE_SECONDS + second;
}

int
ez_daytimes_earliest(const ez_daytimes *self)
{
    return second_of(ez_bits_lowest(self->hours), ez_bits_lowest(self->minutes),
                     ez_bits_lowest(self->seconds));
}

int
ez_daytimes_latest(const ez_daytimes *self)
{
    return second_of(ez_bits_highest(self->hours), ez_bits_highest(self->minutes),
                     ez_bits_highest(self->seconds));
}

int
ez_daytimes_next(const ez_daytimes *self, int second)
{
    int hour = second / HOUR_SECONDS, minute = second / MINUTE_SECONDS % 60;
    uint64_t seconds = self->seconds >> second % MINUTE_SECONDS;
    uint64_t minutes = self->minutes >> minute >> 1, hours = self->hours >> hour >> 1;

    if (ez_bits_has(self->hours, hour)) {
        if (ez_bits_has(self->minutes, minute) && seconds != 0) {
            return second + ez_bits_lowest(seconds);
        }
        if (minutes != 0) {
            return second_of(hour, minute + 1 + ez_bits_lowest(minutes),
                             ez_bits_lowest(self->seconds));
        }
    }
    if (hours == 0) {
        return -1;
    }
    return second_of(hour + 1 + ez_bits_lowest(hours), ez_bits_lowest(self->minutes),
                     ez_bits_lowest(self->seconds));
}

int
ez_daytimes_last(const ez_daytimes *self, int second)
{
    int hour = second / HOUR_SECONDS, minute = second / MINUTE_SECONDS % 60;
    uint64_t seconds = self->seconds & ez_bits_below(second % MINUTE_SECONDS + 1);
    uint64_t minutes = self->minutes & ez_bits_below(minute);
    uint64_t hours = self->hours & ez_bits_below(hour);

    if (ez_bits_has(self->hours, hour)) {
        if (ez_bits_has(self->minutes, minute) && seconds != 0) {
            return second_of(hour, minute, ez_bits_highest(seconds));
        }
        if (minutes != 0) {
            return second_of(hour, ez_bits_highest(minutes), ez_bits_highest(self->seconds));
        }
    }
    if (hours == 0) {
        return -1;
    }
    return second_of(ez_bits_highest(hours), ez_bits_highest(self->minutes),
                     ez_bits_highest(self->seconds));
}

uint64_t
ez_daytimes_count_hour(uint64_t minutes, uint64_t seconds, int second)
{
    int minute = second / MINUTE_SECONDS;
    uint64_t n = ez_bits_count(minutes & ez_bits_below(minute)) * ez_bits_count(seconds);

    if (ez_bits_has(minutes, minute)) {
        n += ez_bits_count(seconds & ez_bits_below(second % MINUTE_SECONDS));
    }
    return n;
}

uint64_t
ez_daytimes_count(const ez_daytimes *self, int second)
{
    int hour = second / HOUR_SECONDS;
    uint64_t n = ez_bits_count(self->hours & ez_bits_below(hour)) * ez_bits_count(self->minutes) *
                 ez_bits_count(self->seconds);

    if (ez_bits_has(self->hours, hour)) {
        n += ez_daytimes_count_hour(self->minutes, self->seconds, second % HOUR_SECONDS);
    }
    return n;
}
