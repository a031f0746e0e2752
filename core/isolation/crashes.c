/* SPDX-License-Identifier: MIT */
#include "isolation/crashes.h"

/* How long it waits after so many in a row. */
static execz_duration
delay_after(const ez_isolation *isolation, uint32_t in_a_row)
{
    execz_duration delay = isolation->delay;

    for (uint32_t i = 1; i < in_a_row && delay < isolation->max_delay; i++) {
        delay = MIN(delay * 2, isolation->max_delay);
    }
    return delay;
}

static uint32_t
count_since(const ez_crashes *self, int64_t since)
{
    uint32_t n = 0;

    for (uint64_t i = 0; i < MIN(self->n, EZ_ISOLATION_CRASHES_MAX); i++) {
        n += self->recent[i] >= since;
    }
    return n;
}

int64_t
ez_crashes_note(ez_crashes *self, const ez_isolation *isolation, int64_t now)
{
    int64_t last =
        self->n == 0 ? INT64_MIN : self->recent[(self->n - 1) % EZ_ISOLATION_CRASHES_MAX];

    /* It was well for longer than any restart waits: the next one waits as the first. */
    if (self->n == 0 || now - last > 2 * isolation->max_delay) {
        self->in_a_row = 0;
    }
    self->in_a_row++;
    self->recent[self->n++ % EZ_ISOLATION_CRASHES_MAX] = now;
    if (isolation->crashes > 0 &&
        count_since(self, now - isolation->window) >= isolation->crashes) {
        return EXECZ_TIME_NEVER;
    }
    return now + delay_after(isolation, self->in_a_row);
}
