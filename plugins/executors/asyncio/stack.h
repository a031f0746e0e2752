/* SPDX-License-Identifier: MIT */
/* Stacks for coroutines: many, cheap, and each with a guard below it.
 *
 * A stack costs the address space of its size, and memory only for the pages that were touched;
 * one that is given back is handed out again, the last one first.  Below each lies a guard: an
 * overflow ends the process instead of running into the neighbour.  There is never a stack without
 * one; where the kernel has no more guards, that is the limit. */
#ifndef ASYNCIO_STACK_H
#define ASYNCIO_STACK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Larger than a page, so that one large frame does not step over it. */
#define STACK_GUARD_LENGTH 16384u

/* How guards are made. */
enum stack_guard {
    STACK_GUARD_INSTALL, /* madvise(2), Linux 6.13: as many as one likes */
    STACK_GUARD_PROTECT, /* mprotect(2): two mappings for each, of which a process has some 65,000 */
};

enum stack_status {
    STACK_OK,
    STACK_LIMIT,     /* as many as were allowed are in use */
    STACK_NO_GUARD,  /* the kernel has no mapping left for one more guard */
    STACK_NO_MEMORY, /* the kernel has no memory, or no address space */
};

typedef struct stack_slab stack_slab;

typedef struct stack_pool {
    /* Fixed by stack_pool_init(). */
    size_t length; /* of one stack, without its guard */
    uint32_t limit;
    void (*forget)(void *top); /* called before a used stack's memory goes; or NULL */
    bool alone; /* all calls are made on the loop: then counting needs no locked instruction */

    /* [any-thread] */
    _Atomic uint32_t reserved;
    _Atomic uint32_t capacity; /* stacks that exist */
    pthread_mutex_t growing;

    /* Guarded by growing. */
    enum stack_guard guard;
    uint32_t guards_max;   /* what the kernel can do */
    stack_slab *slabs;     /* owned, oldest first */
    stack_slab *last_slab; /* of slabs */
    stack_slab *cut_slab;  /* where the next new stack is cut off; NULL: grow first */

    /* [loop] */
    void **free; /* their tops; room for limit, mapped; the last one is the next to be used */
    uint32_t n_free;
    uint32_t n_cold;     /* of free, the first ones: their memory was given back */
    uint32_t n_idle_min; /* how few were free at any time since the last trim */
} stack_pool;

/* For limit stacks of length bytes (rounded up to pages).  guard is the best way to try; the pool
 * falls back by itself.  False if there is no memory for it. */
bool stack_pool_init(stack_pool *self, size_t length, uint32_t limit, enum stack_guard guard);

/* All stacks are given back. */
void stack_pool_deinit(stack_pool *self);

/* Makes sure that the next stack_pool_take() has a stack.  [any-thread] */
enum stack_status stack_pool_reserve(stack_pool *self);

/* Takes a reservation back that was not used.  [any-thread] */
void stack_pool_unreserve(stack_pool *self);

/* The top of a stack, for which a reservation was made.  Its memory is zeroes, or what its last
 * user left there.  [loop] */
void *stack_pool_take(stack_pool *self);

/* Gives it and its reservation back.  [loop] */
void stack_pool_give(stack_pool *self, void *top);

/* Gives the memory of those stacks back to the system that were not needed since the last call,
 * except of the first `keep`.  Whether there may be more to do later.  [loop] */
bool stack_pool_trim(stack_pool *self, uint32_t keep);

#endif
