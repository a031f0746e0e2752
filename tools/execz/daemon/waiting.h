/* SPDX-License-Identifier: MIT */
/* Clients whose answer is held back until a run has ended. */
#ifndef EZ_DAEMON_WAITING_H
#define EZ_DAEMON_WAITING_H

#include <poll.h>

#include "daemon/desk.h"
#include "daemon/peer.h"
#include "daemon/watch.h"

#define EZ_WAITING_MAX 128                             /* of them at the same time */
#define EZ_WAITING_LOOK_EVERY (10 * EXECZ_MILLISECOND) /* at most so often, for the others' sake */

typedef struct ez_waiting {
    ez_desk *desk;
    ez_watch *watch;
    guint n;
    execz_time looked; /* monotonic: when they were looked after last */
} ez_waiting;

/* The client waits with this request.  False with err filled if too many do. */
bool ez_waiting_hold(ez_waiting *self, ez_peer *peer, json_t *request, execz_duration wait,
                     execz_error *err);

/* It does not wait any longer, if it does. */
void ez_waiting_let_go(ez_waiting *self, ez_peer *peer);

/* What to poll, and for how many milliseconds at most; -1: without an end. */
struct pollfd ez_waiting_poll(const ez_waiting *self, execz_time now);
int ez_waiting_patience(const ez_waiting *self, const GPtrArray *peers, execz_time now);

/* Answers those of peers for whom there is something, or whose time is over; last: all of them. */
void ez_waiting_look(ez_waiting *self, const GPtrArray *peers, execz_time now, bool last);

#endif
