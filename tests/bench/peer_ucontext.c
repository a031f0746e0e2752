/* SPDX-License-Identifier: MIT */
/* The C library's coroutines: swapcontext() there and back, the least a yield could be made of. */
#include "peers.h"

#include <ucontext.h>

#include <glib.h>

#define STACK_SIZE (64u * 1024u)

typedef struct pair {
    ucontext_t outside;
    ucontext_t inside;
    char stack[STACK_SIZE];
} pair;

static pair *current;

static void
yield_for_ever(void)
{
    for (;;) {
        (void)swapcontext(&current->inside, &current->outside);
    }
}

static void *
set_up(const bench_load *load, char *why)
{
    pair *self = g_new0(pair, 1);

    (void)load;
    (void)why;
    current = self;
    (void)getcontext(&self->inside);
    self->inside.uc_stack.ss_sp = self->stack;
    self->inside.uc_stack.ss_size = STACK_SIZE;
    makecontext(&self->inside, yield_for_ever, 0);
    return self;
}

static double
measure(void *state, const bench_load *load)
{
    pair *self = state;
    int64_t start = bench_now();

    for (uint64_t i = 0; i < load->n; i++) {
        (void)swapcontext(&self->outside, &self->inside);
    }
    return (double)(bench_now() - start) / (double)load->n;
}

static void
tear_down(void *state)
{
    g_free(state);
}

const bench_side peer_ucontext = {"swapcontext", set_up, measure, tear_down};
