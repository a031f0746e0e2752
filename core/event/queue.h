/* SPDX-License-Identifier: MIT */
/* Events for who fetches them: a listener that fills a ring, as <execz/event_queue.h> promises it. */
#ifndef EZ_EVENT_QUEUE_H
#define EZ_EVENT_QUEUE_H

#include "event/bus.h"

#include <execz/event_queue.h>

/* What execz_event_queue_new() does, of a bus. */
execz_event_queue *ez_event_queue_new(ez_bus *bus, uint64_t mask, uint32_t capacity,
                                      execz_error *err);

#endif
