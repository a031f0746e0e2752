/* SPDX-License-Identifier: MIT */
/* What the desk tells of the past, from the scheduler's history. */
#ifndef EZ_DAEMON_DESK_HISTORY_H
#define EZ_DAEMON_DESK_HISTORY_H

#include "daemon/desk.h"

/* How the last runs of a task went, and how long they took in seconds. */
json_t *ez_desk_health(ez_desk *self, const char *task);

#endif
