/* SPDX-License-Identifier: MIT */
#include "body.h"

bool
body_may_begin_locked(host *self, const run *one, execz_time run_time)
{
    if (one == NULL || !one->open || one->executed >= one->n ||
        one->times[one->executed] != run_time) {
        self->misused++; /* unknown, once too often, or not in order */
        return false;
    }
    return !one->interrupted;
}

void
body_begin_locked(host *self, run *one)
{
    one->executed++;
    one->order = ++self->began;
    self->bodies++;
    self->bodies_max = self->bodies > self->bodies_max ? self->bodies : self->bodies_max;
    pthread_cond_broadcast(&self->changed);
}

bool
body_waits_locked(const run *one)
{
    return one->blocks && !one->released && !one->interrupted;
}

void
body_end_locked(host *self)
{
    self->bodies--;
}
