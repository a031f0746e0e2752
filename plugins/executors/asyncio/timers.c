/* SPDX-License-Identifier: MIT */
/* Counted from 1, the children of node i are 4i - 2 to 4i + 1, its parent is (i + 2) / 4. */
#include "timers.h"

#include <stdlib.h>

enum { ROOM_MIN = 64 };

void
timers_init(timers *self)
{
    *self = (timers){0};
}

void
timers_deinit(timers *self)
{
    free(self->entries);
}

static void
put(timers *self, uint32_t place, timer_entry entry)
{
    self->entries[place] = entry;
    entry.timer->place = place;
}

/* Puts entry where it belongs on the way from the empty place to the root. */
static void
sift_up(timers *self, uint32_t place, timer_entry entry)
{
    while (place > 1) {
        uint32_t parent = (place + 2) / 4;

        if (self->entries[parent].deadline <= entry.deadline) {
            break;
        }
        put(self, place, self->entries[parent]);
        place = parent;
    }
    put(self, place, entry);
}

static uint32_t
earliest_child(const timers *self, uint32_t first)
{
    uint32_t end = first + 4 <= self->n + 1 ? first + 4 : self->n + 1;
    uint32_t earliest = first;

    for (uint32_t at = first + 1; at < end; at++) {
        if (self->entries[at].deadline < self->entries[earliest].deadline) {
            earliest = at;
        }
    }
    return earliest;
}

/* Puts entry where it belongs on the way from the empty place to the leaves. */
static void
sift_down(timers *self, uint32_t place, timer_entry entry)
{
    for (uint32_t first = 4 * place - 2; first <= self->n; first = 4 * place - 2) {
        uint32_t child = earliest_child(self, first);

        if (entry.deadline <= self->entries[child].deadline) {
            break;
        }
        put(self, place, self->entries[child]);
        place = child;
    }
    put(self, place, entry);
}

bool
timers_add(timers *self, timer *one, int64_t deadline)
{
    if (self->n + 1 >= self->room) {
        uint32_t room = self->room == 0 ? ROOM_MIN : 2 * self->room;
        timer_entry *entries = realloc(self->entries, room * sizeof *entries);

        if (entries == NULL) {
            return false;
        }
        self->entries = entries;
        self->room = room;
    }
    self->n++;
    sift_up(self, self->n, (timer_entry){deadline, one});
    return true;
}

void
timers_remove(timers *self, timer *one)
{
    uint32_t place = one->place;
    timer_entry last;

    if (place == 0) {
        return;
    }
    one->place = 0;
    last = self->entries[self->n--];
    if (place > self->n) {
        return; /* it was the last one */
    }
    if (place > 1 && last.deadline < self->entries[(place + 2) / 4].deadline) {
        sift_up(self, place, last);
    } else {
        sift_down(self, place, last);
    }
}

timer *
timers_take_due(timers *self, int64_t now)
{
    timer *first;

    if (timers_next(self) > now || self->n == 0) {
        return NULL;
    }
    first = self->entries[1].timer;
    timers_remove(self, first);
    return first;
}

bool
timers_check(const timers *self)
{
    for (uint32_t i = 1; i <= self->n; i++) {
        if (self->entries[i].timer->place != i ||
            (i > 1 && self->entries[(i + 2) / 4].deadline > self->entries[i].deadline)) {
            return false;
        }
    }
    return true;
}
