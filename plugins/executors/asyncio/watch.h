/* SPDX-License-Identifier: MIT */
/* Who waits for which descriptor.
 *
 * Several coroutines may wait for one descriptor, each for events of its own.  The kernel is asked
 * for what all of them want, once: after an event it keeps quiet about the descriptor until it is
 * asked again, so that a descriptor nobody waits for costs nothing. */
#ifndef ASYNCIO_WATCH_H
#define ASYNCIO_WATCH_H

#include <stdbool.h>
#include <stdint.h>

typedef struct coroutine coroutine;
typedef struct loop loop;

/* One coroutine's wait, on its stack. */
typedef struct watch {
    coroutine *who;
    uint32_t events; /* of epoll(7), which are those of poll(2) */
    struct watch *next;
} watch;

typedef struct watched {
    watch *first;
    uint32_t registration; /* changes with each, so that an event of an earlier one is recognised */
    bool registered;       /* the kernel has it, perhaps keeping quiet */
} watched;

/* [loop] */
typedef struct watches {
    watched *by_descriptor; /* owned */
    uint32_t room;
    uint32_t n_waiting;
} watches;

void watches_deinit(watches *self);

/* Asks for the events of one.  0; 1 if this descriptor is always ready; or a negative errno. */
int watches_add(loop *on, int descriptor, watch *one);

/* Takes back what watches_add() asked for, unless the event has come. */
void watches_remove(loop *on, int descriptor, watch *one);

/* Takes an event of the kernel's; data is its epoll_data.u64. */
void watches_take(loop *on, uint64_t data, uint32_t events);

#endif
