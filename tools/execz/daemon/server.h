/* SPDX-License-Identifier: MIT */
/* Answers the control socket on a thread of its own, so that no client, slow, greedy or hostile, delays
 * the scheduler's loop. */
#ifndef EZ_DAEMON_SERVER_H
#define EZ_DAEMON_SERVER_H

#include "daemon/desk.h"
#include "daemon/endpoint.h"
#include "daemon/watch.h"

#define EZ_SERVER_PEERS_MAX 256                  /* connections at the same time */
#define EZ_SERVER_UNSENT_MAX ((size_t)256 << 20) /* bytes of answers that nobody has read yet */

typedef struct ez_server ez_server;

/* Takes the endpoint; desk, which it answers from, and watch are to live longer.  NULL with errno if the system has
 * no thread or descriptor left; then the endpoint is closed. */
ez_server *ez_server_new(ez_endpoint *endpoint, ez_desk *desk, ez_watch *watch);

/* Ends its thread, all connections and the endpoint.  NULL is fine. */
void ez_server_free(ez_server *self);

#endif
