/* SPDX-License-Identifier: MIT */
/* What has become of the runs that were sent. */
#include "bed_own.h"

#include "verdict.h"
#include "world.h"

#include <inttypes.h>

/* ---- looking ---------------------------------------------------------------------------------- */

size_t
ez_bed_count_sent(ez_bed *self)
{
    size_t n;

    pthread_mutex_lock(&self->lock);
    n = self->sent->len;
    pthread_mutex_unlock(&self->lock);
    return n;
}

ez_sent *
ez_bed_sent(ez_bed *self, size_t index)
{
    ez_sent *sent;

    pthread_mutex_lock(&self->lock);
    sent = self->sent->pdata[index];
    pthread_mutex_unlock(&self->lock);
    return sent;
}

ez_sent *
ez_bed_find(ez_bed *self, execz_run token)
{
    ez_sent *sent;

    pthread_mutex_lock(&self->lock);
    sent = g_hash_table_lookup(self->by_token, &token);
    pthread_mutex_unlock(&self->lock);
    return sent;
}

unsigned
ez_bed_count_began(ez_bed *self)
{
    unsigned n = 0;

    for (size_t i = 0; i < ez_bed_count_sent(self); i++) {
        n += atomic_load(&ez_bed_sent(self, i)->slip->began);
    }
    return n;
}

static bool
is_accepted(const ez_sent *sent)
{
    return atomic_load(&sent->answered) && sent->answer == EXECZ_OK;
}

unsigned
ez_bed_count_accepted(ez_bed *self)
{
    unsigned n = 0;

    for (size_t i = 0; i < ez_bed_count_sent(self); i++) {
        n += is_accepted(ez_bed_sent(self, i));
    }
    return n;
}

unsigned
ez_bed_count_open(ez_bed *self)
{
    unsigned n = 0;

    for (size_t i = 0; i < ez_bed_count_sent(self); i++) {
        const ez_sent *sent = ez_bed_sent(self, i);

        n += is_accepted(sent) && !atomic_load(&sent->closed);
    }
    return n;
}

/* ---- waiting ---------------------------------------------------------------------------------- */

static bool
is_closed(void *sent)
{
    return atomic_load(&((ez_sent *)sent)->closed);
}

void
ez_bed_await_closed(ez_sent *sent)
{
    if (!ez_world_wait(is_closed, sent)) {
        ez_verdict_fail("run %#" PRIx64 " was accepted and is not finished", sent->token);
    }
}

static bool
is_all_closed(void *bed)
{
    return ez_bed_count_open(bed) == 0;
}

void
ez_bed_await_all(ez_bed *self)
{
    if (!ez_world_wait(is_all_closed, self)) {
        ez_verdict_fail("of %u accepted runs %u are not finished", ez_bed_count_accepted(self),
                        ez_bed_count_open(self));
    }
}

typedef struct expected {
    ez_bed *bed;
    unsigned n;
} expected;

static bool
has_begun(void *argument)
{
    const expected *self = argument;

    return ez_bed_count_began(self->bed) >= self->n;
}

void
ez_bed_await_began(ez_bed *self, unsigned n)
{
    expected began = {self, n};

    if (!ez_world_wait(has_begun, &began)) {
        ez_verdict_fail("%u bodies were to begin, and %u have", n, ez_bed_count_began(self));
    }
}

static bool
is_quiet(void *nothing)
{
    (void)nothing;
    return ez_world_is_idle();
}

void
ez_bed_await_quiet(ez_bed *self)
{
    (void)self;
    while (!ez_world_wait(is_quiet, NULL)) {
        ez_world_nap();
    }
}
