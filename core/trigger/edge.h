/* SPDX-License-Identifier: MIT */
/* What a clock that was set did to the fire times of a trigger, in words. */
#ifndef EZ_TRIGGER_EDGE_H
#define EZ_TRIGGER_EDGE_H

#include "trigger/trigger.h"

/* About the fire time `time`, and those that would have come between `after` and it; "" if there is
 * nothing to say.  Caller frees. */
char *ez_edge_note(const ez_trigger *self, execz_time after, execz_time time);

#endif
