/* SPDX-License-Identifier: MIT */
/* Listeners, and the way of an event to them.
 *
 * Events are delivered on the loop, without a lock, to the listeners there were when the delivery
 * began.  A thread that is not the loop leaves its event here; the loop delivers those first, so
 * that events come in the order of what caused them. */
#ifndef EZ_EVENT_BUS_H
#define EZ_EVENT_BUS_H

#include <stdbool.h>

#include <execz/event.h>

typedef struct ez_bus ez_bus;

ez_bus *ez_bus_new(void);
void ez_bus_free(ez_bus *self);

/* Returns the listener's id, never 0.  [any-thread] */
uint64_t ez_bus_add(ez_bus *self, uint64_t mask, execz_listener listener, void *user);

/* False if there is no listener of that id.  [any-thread] */
bool ez_bus_remove(ez_bus *self, uint64_t id);

/* Whether anybody listens to any event of mask: making the event may be spared.  [any-thread] */
bool ez_bus_wants(const ez_bus *self, uint64_t mask);

/* Delivers what was posted, then event.  [loop] */
void ez_bus_emit(ez_bus *self, const execz_event *event);

/* Leaves an event for the loop: of its pointers scheduler is kept as it is, alias, task, executor
 * and message are copied, the others dropped.  [any-thread] */
void ez_bus_post(ez_bus *self, const execz_event *event);

/* Delivers what was posted.  [loop] */
void ez_bus_flush(ez_bus *self);

#endif
