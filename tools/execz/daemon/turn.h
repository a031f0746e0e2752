/* SPDX-License-Identifier: MIT */
/* A request of a client on its way through the desk. */
#ifndef EZ_DAEMON_TURN_H
#define EZ_DAEMON_TURN_H

#include "daemon/desk.h"
#include "daemon/peer.h"

/* Asks the desk; parts of the answer go out at once.  *wait_out: how long a better answer may be waited
 * for, 0 for not at all.  NULL if it fails; then err says why. */
json_t *ez_turn_ask(ez_desk *desk, ez_peer *peer, const json_t *request, execz_duration *wait_out,
                    execz_error *err);

/* Sends the reply to request, which is NULL if it could not be read; takes result, which is NULL for a
 * failure that err describes. */
void ez_turn_reply(ez_peer *peer, const json_t *request, json_t *result, const execz_error *err);

#endif
