/* SPDX-License-Identifier: MIT */
/* A coroutine: a body with a stack of its own that leaves its thread to others while it waits.
 *
 * Its control block lies at the top of its stack, so that one that sleeps costs a single page.  It
 * belongs to one loop and is touched by that loop's thread only.
 *
 *     READY --resume--> RUNNING --wait--> WAITING --wake--> READY ... --> ENDED
 *
 * One that was spawned by another is its child: it is kept after its end until the parent joins it,
 * and a parent does not end before its children are joined. */
#ifndef ASYNCIO_COROUTINE_H
#define ASYNCIO_COROUTINE_H

#include "sanitizer.h"
#include "switch.h"
#include "timers.h"

#include <execz/plugin.h>

#include <stdbool.h>
#include <stddef.h>

typedef struct loop loop;
typedef struct coroutine coroutine;

enum coroutine_state {
    COROUTINE_READY,   /* in the loop's queue */
    COROUTINE_YIELDED, /* the same, and nothing has woken it */
    COROUTINE_RUNNING,
    COROUTINE_WAITING,
    COROUTINE_DEAF, /* waiting for something that cannot be called off */
    COROUTINE_ENDED,
};

struct __attribute__((aligned(64))) coroutine {
    context context; /* where it goes on; first, as the next few: what a switch touches */
    coroutine *next; /* in the loop's queue */
    loop *loop;
    uint8_t state;           /* COROUTINE_* */
    uint8_t cancelled;       /* all its waits are refused */
    uint8_t is_command;      /* its body is a command, which looks for itself when it is woken */
    int32_t result;          /* what its wait returns */
    int32_t when_time_is_up; /* what if its timer ends it */
    int32_t when_cancelled;  /* what if its run is cancelled */
    timer timer;

    void (*entry)(coroutine *self);
    void *owner;  /* of whoever started it: a run */
    uint64_t run; /* its token; 0: this one is no run, or not any more */

    /* Children. */
    coroutine *parent;
    coroutine *joining; /* the child it waits for */
    coroutine *first_child, *next_sibling, *previous_sibling;
    void (*child_entry)(void *argument, const execz_waiter *waiter);
    void *child_argument;

    execz_waiter waiter; /* set up once for each stack */

#if SANITIZE_ADDRESS
    void *fake_stack;
#endif
#if SANITIZE_THREAD
    void *fiber;
#endif
};

/* The timer's coroutine. */
static inline coroutine *
coroutine_of_timer(timer *one)
{
    return (coroutine *)(void *)((char *)one - offsetof(coroutine, timer));
}

/* A coroutine on a stack that was reserved, ready to run entry.  It is not in the queue yet. */
coroutine *coroutine_new(loop *on, void (*entry)(coroutine *self), void *owner);

/* Gives back one that has ended, or never ran.  [its loop, on no coroutine] */
void coroutine_free(coroutine *self);

/* Lets it run until it waits or ends.  [its loop, on no coroutine] */
void coroutine_resume(coroutine *self);

/* Goes back to the loop until somebody wakes self, and returns its result.  The state says what it
 * waits for.  [self] */
int32_t coroutine_suspend(coroutine *self, enum coroutine_state state);

/* Lowest address of its stack. */
char *coroutine_low(const coroutine *self);

/* For stack_pool.forget. */
void coroutine_forget(void *top);

#endif
