/* SPDX-License-Identifier: MIT */
/* The sanitizers follow along: before and after each switch they are told whose stack it is.  What
 * tells the thread sanitizer has to be inlined, because it counts calls and returns per stack. */
#include "coroutine.h"

#include "loop.h"
#include "waiter.h"

#include <errno.h>

static char *
top_of(const coroutine *self)
{
    return (char *)self + sizeof *self;
}

char *
coroutine_low(const coroutine *self)
{
    return top_of(self) - self->loop->stacks.length;
}

/* What is left of the stack below the control block. */
static size_t
stack_length(const coroutine *self)
{
    return self->loop->stacks.length - sizeof *self;
}

/* ---- switching ------------------------------------------------------------------------------- */

static inline __attribute__((always_inline)) void
switch_in(loop *from, coroutine *to)
{
#if SANITIZE_ADDRESS
    __sanitizer_start_switch_fiber(&from->fake_stack, coroutine_low(to), stack_length(to));
#endif
#if SANITIZE_THREAD
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    context_switch(&from->context, &to->context);
#if SANITIZE_ADDRESS
    __sanitizer_finish_switch_fiber(from->fake_stack, NULL, NULL);
#endif
}

/* ended: self will not come back. */
static inline __attribute__((always_inline)) void
switch_out(coroutine *self, bool ended)
{
    loop *to = self->loop;

#if SANITIZE_ADDRESS
    __sanitizer_start_switch_fiber(ended ? NULL : &self->fake_stack, to->thread_stack,
                                   to->thread_stack_length);
#endif
#if SANITIZE_THREAD
    __tsan_switch_to_fiber(to->fiber, 0);
#endif
    (void)ended;
    context_switch(&self->context, &to->context);
#if SANITIZE_ADDRESS
    __sanitizer_finish_switch_fiber(self->fake_stack, &to->thread_stack, &to->thread_stack_length);
#endif
}

/* The bottom of each stack. */
static void
begin(void *argument)
{
    coroutine *self = argument;

#if SANITIZE_ADDRESS
    __sanitizer_finish_switch_fiber(NULL, &self->loop->thread_stack,
                                    &self->loop->thread_stack_length);
#endif
    self->entry(self);
    self->state = COROUTINE_ENDED;
    switch_out(self, true);
}

void
coroutine_resume(coroutine *self)
{
    loop *on = self->loop;

    self->state = COROUTINE_RUNNING;
    atomic_store_explicit(&on->current, self, memory_order_relaxed);
#if SANITIZE_THREAD
    on->fiber = __tsan_get_current_fiber();
#endif
    switch_in(on, self);
    atomic_store_explicit(&on->current, NULL, memory_order_relaxed);
}

int32_t
coroutine_suspend(coroutine *self, enum coroutine_state state)
{
    int error = errno;

    self->state = (uint8_t)state;
    switch_out(self, false);
    errno = error;
    return self->result;
}

/* ---- life ------------------------------------------------------------------------------------ */

/* What is the same for everyone who uses this stack. */
static void
set_up(coroutine *self, loop *on)
{
    self->loop = on;
    waiter_init(&self->waiter, self);
#if SANITIZE_THREAD
    self->fiber = __tsan_create_fiber(0);
#endif
}

coroutine *
coroutine_new(loop *on, void (*entry)(coroutine *self), void *owner)
{
    char *top = stack_pool_take(&on->stacks);
    coroutine *self = (coroutine *)(void *)(top - sizeof *self);

    sanitizer_show(top - on->stacks.length, on->stacks.length);
    if (self->loop == NULL) {
        set_up(self, on);
    }
    self->entry = entry;
    self->owner = owner;
    self->run = 0;
    self->cancelled = 0;
    self->is_command = 0;
    self->when_cancelled = -ECANCELED;
    self->parent = NULL;
    self->joining = NULL;
    self->first_child = NULL;
    context_init(&self->context, top - on->stacks.length, stack_length(self), begin, self);
    return self;
}

void
coroutine_free(coroutine *self)
{
    stack_pool *stacks = &self->loop->stacks;

    self->parent = NULL; /* whoever still names it is told so */
    sanitizer_hide(coroutine_low(self), stack_length(self));
    stack_pool_give(stacks, top_of(self));
}

void
coroutine_forget(void *top)
{
    coroutine *self = (coroutine *)(void *)((char *)top - sizeof *self);

#if SANITIZE_THREAD
    if (self->loop != NULL) {
        __tsan_destroy_fiber(self->fiber);
    }
#else
    (void)self; /* not even looked at: its page may never have been touched */
#endif
}
