/* SPDX-License-Identifier: MIT */
/* An event with everything it points to, in one piece of memory. */
#ifndef EZ_EVENT_COPY_H
#define EZ_EVENT_COPY_H

#include <execz/event.h>

/* Free with g_free(). */
execz_event *ez_event_copy(const execz_event *event);

/* Both are copies: `before` is freed, and counts as lost before this one. */
void ez_event_supersede(execz_event *self, execz_event *before);

/* How many bytes a copy takes. */
size_t ez_event_copy_size(const execz_event *copy);

#endif
