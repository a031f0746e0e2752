/* SPDX-License-Identifier: MIT */
#include "daemon/waiting.h"

#include "control/fault.h"
#include "daemon/turn.h"
#include "when.h"

bool
ez_waiting_hold(ez_waiting *self, ez_peer *peer, json_t *request, execz_duration wait,
                execz_error *err)
{
    if (self->n >= EZ_WAITING_MAX) {
        ez_fault_set(err, EXECZ_E_LIMIT, "%d clients wait for runs to end, and that is the limit",
                     EZ_WAITING_MAX);
        return false;
    }
    peer->request = json_incref(request);
    peer->until = ez_when_monotonic() + wait;
    peer->fresh = true;
    self->n++;
    ez_watch_enter(self->watch);
    return true;
}

void
ez_waiting_let_go(ez_waiting *self, ez_peer *peer)
{
    if (peer->request != NULL) {
        json_decref(peer->request);
        peer->request = NULL;
        self->n--;
        ez_watch_leave(self->watch);
    }
}

/* ---- when ----------------------------------------------------------------------------------- */

static bool
rests(const ez_waiting *self, execz_time now)
{
    return now - self->looked < EZ_WAITING_LOOK_EVERY;
}

struct pollfd
ez_waiting_poll(const ez_waiting *self, execz_time now)
{
    return (struct pollfd){.fd = self->n == 0 || rests(self, now) ? -1 : ez_watch_fd(self->watch),
                           .events = POLLIN};
}

static int
milliseconds(execz_duration left)
{
    return left <= 0 ? 0 : (int)(left / EXECZ_MILLISECOND) + 1;
}

int
ez_waiting_patience(const ez_waiting *self, const GPtrArray *peers, execz_time now)
{
    execz_time next = EXECZ_TIME_NEVER;

    if (self->n == 0) {
        return -1;
    }
    for (guint i = 0; i < peers->len; i++) {
        const ez_peer *peer = peers->pdata[i];

        if (peer->request != NULL) {
            next = MIN(next, peer->fresh ? now : peer->until);
        }
    }
    if (rests(self, now)) { /* what is told meanwhile is not heard before its end */
        next = self->looked + EZ_WAITING_LOOK_EVERY;
    }
    return milliseconds(next - now);
}

/* ---- answering ------------------------------------------------------------------------------ */

static void
look_after(ez_waiting *self, ez_peer *peer, execz_time now, bool last)
{
    const char *task = json_string_value(json_object_get(peer->request, "task"));
    bool over = last || now >= peer->until;
    execz_error err = EXECZ_ERROR_INIT;
    execz_duration wait;
    json_t *result;

    if (!peer->fresh && !over && !ez_watch_has(self->watch, task)) {
        return;
    }
    peer->fresh = false;
    result = ez_turn_ask(self->desk, peer, peer->request, &wait, &err);
    if (wait > 0 && !over) {
        json_decref(result);
        return;
    }
    ez_turn_reply(peer, peer->request, result, &err);
    ez_waiting_let_go(self, peer);
}

void
ez_waiting_look(ez_waiting *self, const GPtrArray *peers, execz_time now, bool last)
{
    if (self->n == 0 || (rests(self, now) && !last)) {
        return;
    }
    self->looked = now;
    ez_watch_take(self->watch);
    for (guint i = 0; i < peers->len; i++) {
        ez_peer *peer = peers->pdata[i];

        if (peer->request != NULL) {
            look_after(self, peer, now, last);
        }
    }
}
