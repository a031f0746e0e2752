/* SPDX-License-Identifier: MIT */
#include "daemon/turn.h"

#include "control/fault.h"
#include "control/wire.h"
#include "when.h"

#include <string.h>

typedef struct turn {
    ez_caller caller;
    ez_peer *peer;
    const json_t *id;
    size_t sent; /* bytes of parts */
} turn;

static bool
send_part(ez_caller *caller, json_t *part, execz_error *err)
{
    turn *self = (turn *)caller;
    g_autofree char *line = ez_wire_format_part(self->id, part);

    self->sent += strlen(line);
    if (self->sent > EZ_REPLY_MAX) {
        ez_fault_set(err, EXECZ_E_LIMIT,
                     "the reply would have more than %zu bytes; ask for less at once",
                     EZ_REPLY_MAX);
        return false;
    }
    ez_peer_send(self->peer, line, ez_when_monotonic());
    return true;
}

json_t *
ez_turn_ask(ez_desk *desk, ez_peer *peer, const json_t *request, execz_duration *wait_out,
            execz_error *err)
{
    turn its = {.caller = {peer->uid, peer->pid, send_part, 0},
                .peer = peer,
                .id = json_object_get(request, "id")};
    json_t *result = ez_desk_answer(desk, &its.caller, request, err);

    *wait_out = result == NULL ? 0 : its.caller.wait;
    return result;
}

void
ez_turn_reply(ez_peer *peer, const json_t *request, json_t *result, const execz_error *err)
{
    g_autofree char *line = ez_wire_format_reply(json_object_get(request, "id"), result, err);

    ez_peer_send(peer, line, ez_when_monotonic());
}
