/* SPDX-License-Identifier: MIT */
/* Listeners, and the way of an event to them.
 *
 * Events are delivered on the loop, without a lock, to the listeners there were when the delivery
 * began.  A thread that is not the loop leaves its event here; the loop delivers those first, so
 * that events come in the order of what caused them.
 *
 * Listeners are a list that the loop walks while other threads add at its end and take out of it.
 * Who takes one out looks whether a delivery is under way after that, and if so waits for its end
 * before the memory is freed.  A delivery says that it is under way before it looks at the list.
 * All four steps are sequentially consistent, so at least one of the two sees the other.  The loop
 * itself cannot wait for itself: what a listener takes out is freed at the end of the delivery. */
#ifndef EZ_EVENT_BUS_H
#define EZ_EVENT_BUS_H

#include <stdbool.h>

#include <execz/event.h>

typedef struct ez_bus ez_bus;

/* A call of a listener that took long. */
typedef struct ez_slow_call {
    uint64_t listener; /* its id */
    execz_listener function;
    execz_duration took;
    uint64_t code;   /* of the event it was called for */
    uint64_t untold; /* how many more slow calls there were since one was told of */
} ez_slow_call;

ez_bus *ez_bus_new(void);

/* Calls what ez_bus_add_until() was given for the listeners that are left.  NULL is fine. */
void ez_bus_free(ez_bus *self);

/* Who wants to know of it.  [loop] */
typedef struct ez_bus_watcher {
    /* After a call of a listener that took slow_limit or longer, give or take the few milliseconds by
     * which the system's cheapest clock moves; at most once a minute for each listener. */
    void (*slow)(void *user, const ez_slow_call *call);
    execz_duration slow_limit;
    void (*lost)(void *user, uint64_t n); /* so many events were not told; NULL: it does not */
    void *user;
    uint32_t waiting_max; /* events that are posted and not yet told; 0: EXECZ_EVENTS_WAITING_MAX */
} ez_bus_watcher;

/* [setup] */
void ez_bus_watch(ez_bus *self, const ez_bus_watcher *watcher);

/* How many events may wait to be told.  [any-thread] */
uint32_t ez_bus_waiting_max(const ez_bus *self);

/* Returns the listener's id, never 0.  [any-thread] */
uint64_t ez_bus_add(ez_bus *self, uint64_t mask, execz_listener function, void *user);

/* The same; gone(user) is called if the bus is freed before the listener was removed. */
uint64_t ez_bus_add_until(ez_bus *self, uint64_t mask, execz_listener function, void *user,
                          void (*gone)(void *user));

/* When it returns, the listener is not called again, and no call of it is under way, unless the
 * caller is within that call.  False if there is no listener of that id.  [any-thread] */
bool ez_bus_remove(ez_bus *self, uint64_t id);

/* Whether anybody listens to any event of mask: making the event may be spared.  [any-thread] */
bool ez_bus_wants(const ez_bus *self, uint64_t mask);

/* Delivers what was posted, then event.  [loop] */
void ez_bus_emit(ez_bus *self, const execz_event *event);

/* Leaves a copy of an event for the loop.  If as many as may be are there already it takes the
 * place of the newest, and says so.  [any-thread] */
void ez_bus_post(ez_bus *self, const execz_event *event);

/* Delivers what was posted.  [loop] */
void ez_bus_flush(ez_bus *self);

#endif
