/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include <stdbool.h>
#include <string.h>

static void
look(walk *self)
{
    int64_t first_wall = 0, lowest = INT64_MAX;

    for (int i = 0; i < WALK_LOOKS; i++) {
        time_t utc = (time_t)(self->begin + (int64_t)i * WALK_STEP);

        localtime_r(&utc, &self->looks[i]);
        first_wall = i == 0 ? utc + self->looks[i].tm_gmtoff : first_wall;
        self->walls[i] = (int)(utc + self->looks[i].tm_gmtoff - first_wall) / WALK_STEP;
        lowest = self->walls[i] < lowest ? self->walls[i] : lowest;
    }
    self->n_walls = self->walls[WALK_LOOKS - 1] + 1;
}

static void
note_what_is_shown(walk *self)
{
    memset(self->first, -1, sizeof self->first);
    memset(self->last, -1, sizeof self->last);
    for (int i = 0; i < WALK_LOOKS; i++) {
        int wall = self->walls[i];

        self->first[wall] = self->first[wall] < 0 ? i : self->first[wall];
        self->last[wall] = i;
    }
}

/* What the clock would have shown in the gap: the date of the look before it and some seconds. */
static void
look_into_gap(walk *self)
{
    self->behind_gap = 0;
    for (int i = 1; i < WALK_LOOKS; i++) {
        if (self->walls[i] > self->walls[i - 1] + 1) {
            self->behind_gap = i;
            self->gap_begin = self->walls[i - 1] + 1;
            self->gap_end = self->walls[i];
        }
    }
    for (int i = 0; self->behind_gap > 0 && i < self->gap_end - self->gap_begin; i++) {
        struct tm wall = self->looks[self->behind_gap - 1];

        wall.tm_sec += (i + 1) * WALK_STEP;
        timegm(&wall);
        self->gap[i] = wall;
    }
}

void
walk_around(walk *self, int64_t utc)
{
    self->begin = utc - WALK_REACH;
    look(self);
    note_what_is_shown(self);
    look_into_gap(self);
}

int64_t
walk_end(const walk *self)
{
    return self->begin + (int64_t)WALK_LOOKS * WALK_STEP;
}

static bool
is_shown_by_policy(const walk *self, int i, ez_fold fold)
{
    int wall = self->walls[i];

    return fold == EZ_FOLD_BOTH || (fold == EZ_FOLD_FIRST && self->first[wall] == i) ||
           (fold == EZ_FOLD_SECOND && self->last[wall] == i);
}

static int
gap_length(const walk *self)
{
    return self->behind_gap > 0 ? self->gap_end - self->gap_begin : 0;
}

void
walk_ask(walk *self, const shape *of)
{
    for (int i = 0; i < WALK_LOOKS; i++) {
        self->matches[i] = of->matches(&self->looks[i]);
    }
    for (int i = 0; i < gap_length(self); i++) {
        self->gap_matches[i] = of->matches(&self->gap[i]);
    }
}

size_t
walk_fires(const walk *self, ez_policy policy, int64_t *fires)
{
    bool marks[WALK_LOOKS];
    size_t n = 0;

    for (int i = 0; i < WALK_LOOKS; i++) {
        marks[i] = self->matches[i] && is_shown_by_policy(self, i, policy.fold);
    }
    for (int i = 0; policy.gap != EZ_GAP_SKIP && i < gap_length(self); i++) {
        int at = self->behind_gap + (policy.gap == EZ_GAP_SHIFT ? i : 0);

        marks[at] |= self->gap_matches[i];
    }
    for (int i = 0; i < WALK_LOOKS; i++) {
        if (marks[i]) {
            fires[n++] = self->begin + (int64_t)i * WALK_STEP;
        }
    }
    return n;
}
