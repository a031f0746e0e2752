/* SPDX-License-Identifier: MIT */
/* Within a segment of a zone the wall clock is UTC and an offset, so that a search there is one in
 * the pattern.  What is special happens where a segment begins:
 *
 *   - clock set forward: the wall times between both clocks are a gap.  With EZ_GAP_RUN they make
 *     the segment's first instant fire, with EZ_GAP_SHIFT each fires as much later as the clock was
 *     set, within the segment.
 *   - clock set back: the wall times between both clocks are shown twice, at the end of one segment
 *     and at the beginning of the next.  EZ_FOLD_FIRST hides the latter, EZ_FOLD_SECOND the former.
 *
 * So each segment has its own fire times, all within it, and they are strictly increasing whatever
 * the policy.  A search that finds nothing in a segment knows the wall time of what comes next, and
 * leaves out the segments up to it; but not the next one if that shows wall times again.
 *
 * A segment lasts longer than a clock is set by, as all do (the shortest a week), so that only
 * neighbours matter to each other.  Everything here counts in seconds, from EZ_CIVIL_BEGIN up to,
 * not including, EZ_CIVIL_END. */
#include "trigger/wall.h"

#include "trigger/civil.h"
#include "trigger/days.h"

#define BEGIN (EZ_CIVIL_BEGIN / EXECZ_SECOND)
#define END (EZ_CIVIL_END / EXECZ_SECOND)
#define NOT_AFTER INT64_MAX  /* no time, where the earliest is wanted */
#define NOT_BEFORE INT64_MIN /* no time, where the latest is wanted */

/* By how much the clock was set where segment begins; more than 0 if forward. */
static int64_t
shift_of(const ez_segment *segment)
{
    return segment->begin == INT64_MIN ? 0 : segment->offset - segment[-1].offset;
}

/* The first wall time of segment that counts. */
static int64_t
wall_begin(const ez_wall *self, const ez_segment *segment)
{
    int64_t shift = shift_of(segment);

    if (segment->begin == INT64_MIN) {
        return INT64_MIN;
    }
    return segment->begin + segment->offset +
           (shift < 0 && self->policy.fold == EZ_FOLD_FIRST ? -shift : 0);
}

/* The first wall time behind those of segment that count. */
static int64_t
wall_end(const ez_wall *self, const ez_segment *segment)
{
    int64_t end = ez_segment_end(segment);

    if (end == INT64_MAX) {
        return INT64_MAX;
    }
    if (self->policy.fold == EZ_FOLD_SECOND) {
        return end + MIN(segment->offset, segment[1].offset);
    }
    return end + segment->offset;
}

/* The wall times of the gap before segment; false if there is none, or none that runs. */
static bool
find_gap(const ez_wall *self, const ez_segment *segment, int64_t *begin_out, int64_t *end_out)
{
    if (self->policy.gap == EZ_GAP_SKIP || shift_of(segment) <= 0) {
        return false;
    }
    *begin_out = segment->begin + segment[-1].offset;
    *end_out = segment->begin + segment->offset;
    return true;
}

/* The first fire time from utc on that is due to the gap before segment. */
static int64_t
next_of_gap(const ez_wall *self, const ez_segment *segment, int64_t utc)
{
    int64_t from, end, wall;

    if (!find_gap(self, segment, &from, &end)) {
        return NOT_AFTER;
    }
    if (self->policy.gap == EZ_GAP_SHIFT) {
        from = MAX(from, utc + segment[-1].offset);
    } else if (utc > segment->begin) {
        return NOT_AFTER;
    }
    wall = from < end ? ez_pattern_next(self->pattern, from) : EZ_WALL_NONE;
    if (wall == EZ_WALL_NONE || wall >= end) {
        return NOT_AFTER;
    }
    return self->policy.gap == EZ_GAP_SHIFT ? wall - segment[-1].offset : segment->begin;
}

/* The last fire time up to utc that is due to the gap before segment. */
static int64_t
last_of_gap(const ez_wall *self, const ez_segment *segment, int64_t utc)
{
    int64_t begin, end, wall;

    if (!find_gap(self, segment, &begin, &end) || utc < segment->begin) {
        return NOT_BEFORE;
    }
    if (self->policy.gap == EZ_GAP_SHIFT) {
        end = MIN(end, utc + 1 + segment[-1].offset);
    }
    wall = ez_pattern_last(self->pattern, end - 1);
    if (wall == EZ_WALL_NONE || wall < begin) {
        return NOT_BEFORE;
    }
    return self->policy.gap == EZ_GAP_SHIFT ? wall - segment[-1].offset : segment->begin;
}

/* The first fire time in segment from utc on.  *wall is a wall time before which none comes, or
 * EZ_WALL_NONE, and becomes the first one that does come. */
static int64_t
next_within(const ez_wall *self, const ez_segment *segment, int64_t utc, int64_t *wall)
{
    int64_t from = MAX(utc + segment->offset, wall_begin(self, segment));
    int64_t of_gap = next_of_gap(self, segment, utc);

    if (*wall < from) {
        *wall = ez_pattern_next(self->pattern, from);
    }
    if (*wall == EZ_WALL_NONE || *wall >= wall_end(self, segment)) {
        return of_gap;
    }
    return MIN(of_gap, *wall - segment->offset);
}

/* The same for the last fire time up to utc. */
static int64_t
last_within(const ez_wall *self, const ez_segment *segment, int64_t utc, int64_t *wall_out)
{
    int64_t until = MIN(utc + segment->offset, wall_end(self, segment) - 1);
    int64_t wall = ez_pattern_last(self->pattern, until);
    bool found = wall != EZ_WALL_NONE && wall >= wall_begin(self, segment);
    int64_t of_gap = last_of_gap(self, segment, utc);

    *wall_out = wall;
    return MAX(of_gap, found ? wall - segment->offset : NOT_BEFORE);
}

/* Where to search on behind segment, given the first wall time that comes, which is forgotten if
 * earlier ones come again; NULL if nothing does. */
static const ez_segment *
later_segment(const ez_wall *self, const ez_segment *segment, int64_t *wall)
{
    if (ez_segment_end(segment) >= END) {
        return NULL;
    }
    if (shift_of(segment + 1) < 0 && self->policy.fold != EZ_FOLD_FIRST) {
        *wall = EZ_WALL_NONE;
        return segment + 1;
    }
    if (*wall == EZ_WALL_NONE) {
        return NULL;
    }
    return MAX(segment + 1, ez_zone_segment(self->zone, *wall - EZ_DAY_SECONDS));
}

/* The same before segment. */
static const ez_segment *
earlier_segment(const ez_wall *self, const ez_segment *segment, int64_t wall)
{
    if (segment->begin <= BEGIN) {
        return NULL;
    }
    if (shift_of(segment) < 0 && self->policy.fold != EZ_FOLD_SECOND) {
        return segment - 1;
    }
    if (wall == EZ_WALL_NONE) {
        return NULL;
    }
    return MIN(segment - 1, ez_zone_segment(self->zone, wall + EZ_DAY_SECONDS));
}

/* The last whole second at or before time. */
static int64_t
second_of(execz_time time)
{
    return time / EXECZ_SECOND - (time % EXECZ_SECOND < 0);
}

execz_time
ez_wall_next(const ez_wall *self, execz_time after)
{
    int64_t utc = MAX(second_of(after) + 1, BEGIN), wall = EZ_WALL_NONE;
    const ez_segment *segment = ez_zone_segment(self->zone, utc);
    int64_t found = next_within(self, segment, utc, &wall);

    while (found == NOT_AFTER) {
        segment = later_segment(self, segment, &wall);
        if (segment == NULL) {
            return EXECZ_TIME_NEVER;
        }
        found = next_within(self, segment, segment->begin, &wall);
    }
    return found < END ? found * EXECZ_SECOND : EXECZ_TIME_NEVER;
}

bool
ez_wall_last(const ez_wall *self, execz_time until, execz_time *time_out)
{
    int64_t utc = MIN(second_of(until), END - 1), wall;
    const ez_segment *segment = ez_zone_segment(self->zone, utc);
    int64_t found = last_within(self, segment, utc, &wall);

    while (found == NOT_BEFORE) {
        segment = earlier_segment(self, segment, wall);
        if (segment == NULL) {
            return false;
        }
        found = last_within(self, segment, ez_segment_end(segment) - 1, &wall);
    }
    if (found < BEGIN) {
        return false;
    }
    *time_out = found * EXECZ_SECOND;
    return true;
}

/* How many fire times from begin up to, not including, end are due to the gap before segment and to
 * nothing else. */
static uint64_t
count_of_gap(const ez_wall *self, const ez_segment *segment, int64_t begin, int64_t end)
{
    int64_t shift = shift_of(segment), gap_begin, gap_end;

    if (!find_gap(self, segment, &gap_begin, &gap_end)) {
        return 0;
    }
    if (self->policy.gap == EZ_GAP_RUN) {
        return begin <= segment->begin && next_of_gap(self, segment, begin) != NOT_AFTER &&
               ez_pattern_next(self->pattern, gap_end) != gap_end;
    }
    gap_begin = MAX(gap_begin, begin + segment[-1].offset);
    gap_end = MIN(gap_end, end + segment[-1].offset);
    return ez_pattern_count(self->pattern, gap_begin, gap_end) -
           ez_pattern_count_twins(self->pattern, gap_begin, gap_end, shift);
}

/* How many fire times lie in segment, from begin up to, not including, end. */
static uint64_t
count_within(const ez_wall *self, const ez_segment *segment, int64_t begin, int64_t end)
{
    int64_t from = MAX(begin + segment->offset, wall_begin(self, segment));
    int64_t until = MIN(end + segment->offset, wall_end(self, segment));

    return ez_pattern_count(self->pattern, from, until) + count_of_gap(self, segment, begin, end);
}

uint64_t
ez_wall_count(const ez_wall *self, execz_time after, execz_time until, uint64_t limit)
{
    int64_t begin = MAX(second_of(after) + 1, BEGIN), end = MIN(second_of(until) + 1, END);
    const ez_segment *segment = ez_zone_segment(self->zone, begin);
    uint64_t n = 0;

    while (begin < end && n < limit) {
        int64_t segment_end = MIN(end, ez_segment_end(segment));

        n += count_within(self, segment, begin, segment_end);
        begin = segment_end;
        segment++;
    }
    return MIN(n, limit);
}
