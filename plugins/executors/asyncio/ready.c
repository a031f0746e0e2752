/* SPDX-License-Identifier: MIT */
/* The half of the loop that deals with coroutines: who is ready, and how they are let run.
 *
 * The clock that names a coroutine which holds the loop is read after each resume, so it is the
 * coarse one: 6 ns instead of 20 to 40.  It steps every few milliseconds, so for a limit of that
 * order the exact one is used. */
#include "loop.h"

enum { RESUMES_MAX = 64 }; /* between two looks at the clock, the inbox and the kernel */

void
loop_push_ready(loop *self, coroutine *one)
{
    one->next = NULL;
    *(self->ready == NULL ? &self->ready : &self->last_ready->next) = one;
    self->last_ready = one;
}

coroutine *
loop_begin(loop *self, void (*entry)(coroutine *one), void *owner)
{
    self->n_coroutines++;
    return coroutine_new(self, entry, owner);
}

void
loop_look(loop *self)
{
    if (!self->awake) {
        self->awake = true;
        loop_ring(self);
    }
}

coroutine *
loop_start(loop *self, void (*entry)(coroutine *one), void *owner)
{
    coroutine *one = loop_begin(self, entry, owner);

    one->state = COROUTINE_READY;
    one->result = 0;
    loop_push_ready(self, one);
    loop_look(self);
    return one;
}

void
loop_free(loop *self, coroutine *one)
{
    self->n_coroutines--;
    coroutine_free(one);
}

void
loop_wake(loop *self, coroutine *one, int32_t result)
{
    if (one->state == COROUTINE_WAITING || one->state == COROUTINE_DEAF) {
        timers_remove(&self->timers, &one->timer);
        one->state = COROUTINE_READY;
        one->result = result;
        loop_push_ready(self, one);
    }
}

void
loop_interrupt(loop *self, coroutine *one, int32_t result)
{
    if (one->state == COROUTINE_WAITING) {
        loop_wake(self, one, result);
    } else if (one->state == COROUTINE_YIELDED) {
        one->result = result;
    }
}

bool
loop_set_timer(loop *self, coroutine *one, int64_t timeout, int32_t result)
{
    int64_t deadline;

    one->when_time_is_up = result;
    if (timeout < 0 || __builtin_add_overflow(loop_now(), timeout, &deadline)) {
        return true;
    }
    return timers_add(&self->timers, &one->timer, deadline);
}

/* Says who has held the loop for too long. */
static __attribute__((noinline)) void
report_slow(loop *self, const coroutine *one, int64_t duration)
{
    self->options.report_slow(self->options.user, one, duration);
    self->slice = loop_read_clock(self->slice_clock); /* the report is not the next one's fault */
}

static void
free_ended(loop *self, coroutine *one)
{
    void *owner = one->owner;

    if (one->parent == NULL) {
        loop_free(self, one);
        if (self->options.end != NULL) {
            self->options.end(self, owner);
        }
    } else if (one->parent->joining == one) {
        loop_wake(self, one->parent, 0);
    }
}

static void
resume(loop *self, coroutine *one)
{
    int64_t before = self->slice;

    coroutine_resume(one);
    self->slice = loop_read_clock(self->slice_clock);
    if (__builtin_expect(self->slice - before > self->slow, 0)) {
        report_slow(self, one, self->slice - before);
    }
    if (one->state == COROUTINE_ENDED) {
        free_ended(self, one);
    }
}

bool
loop_is_idle(const loop *self)
{
    return self->ready == NULL && self->pending == NULL;
}

/* Whose turn it is: the first of the queue, or something that begins, one after the other. */
static coroutine *
take_next(loop *self, int turn)
{
    coroutine *one = self->ready;

    if (self->pending != NULL && (one == NULL || turn % 2 == 0)) {
        return self->options.begin(self);
    }
    self->ready = one->next;
    return one;
}

void
loop_run_ready(loop *self)
{
    int64_t end;

    self->slice = loop_read_clock(self->slice_clock);
    end = self->slice + LOOP_TURN_MAX;
    for (int i = 0; i < RESUMES_MAX && !loop_is_idle(self) && self->slice < end; i++) {
        resume(self, take_next(self, i));
    }
}
